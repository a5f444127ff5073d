"""Signing in to work: one form with name, password and code, and the pages around it."""

from __future__ import annotations

from datetime import timedelta

from django.conf import settings
from django.contrib import auth
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods

from accounts.identity import actors, limits, operations, pictures, queries, sessions
from accounts.identity.forms import AgainForm, AuthenticatorForm, PasswordForm, WorkForm
from accounts.identity.models import User
from kernel import clock
from kernel.audit import operations as audit
from kernel.errors import Refusal
from kernel.web.caching import never_cache
from kernel.web.pages import Forbidden
from kernel.web.redirects import safe_next
from kernel.web.requests import client_ip

TRUST_COOKIE = "__Host-trusted" if settings.IS_HTTPS else "trusted"


class DoNotFit(Refusal):
    """Unknown name, wrong password, wrong code, locked: one answer for all of them."""

    code = "do_not_fit"
    status = 403
    message = _(
        "Name, password and code do not fit together. After five wrong tries wait a quarter of an"
        " hour."
    )


@require_http_methods(["GET", "POST"])
@sensitive_post_parameters("password", "code")
@never_cache
def sign_in(request: HttpRequest) -> HttpResponseBase:
    if request.method == "GET" and _waits_for_enrolment(request):
        return redirect("identity:authenticator")
    form = WorkForm(request.POST or None, initial={"next": request.GET.get("next", "")})
    if request.method == "POST" and form.is_valid():
        try:
            user = _who(request, form)
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            return _let_in(request, user, trust=form.cleaned_data["trust"])
    return render(request, "accounts_identity/staff.html", {"form": form})


def locked_out(
    request: HttpRequest, response: HttpResponseBase, credentials: object
) -> HttpResponseBase:
    """For axes: who is locked out sees the same page as who was wrong."""
    return response


@require_http_methods(["GET", "POST"])
@sensitive_post_parameters("password", "code")
@never_cache
def authenticator(request: HttpRequest) -> HttpResponseBase:
    """Enrol an authenticator: scan the picture, type its first code, keep the recovery codes."""
    user = actors.user_of(request)
    if user is None or not sessions.is_at_work(request):
        return redirect("identity:staff")
    pending = queries.pending_authenticator(user)
    if pending is None:
        return _replace(request, user)
    form = AuthenticatorForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        recovery = operations.confirm_enrolment(
            user=user,
            code=form.cleaned_data["code"],
            keep=sessions.id_of(request),
            at=clock.now(),
        )
        if recovery is not None:
            sessions.verify(request, user)
            return render(request, "accounts_identity/recovery.html", {"codes": recovery})
        form.refuse(operations.CodeWrong(field="code"))
    context = {"form": form, **pictures.enrolment(pending)}
    return render(request, "accounts_identity/authenticator.html", context)


@require_http_methods(["GET", "POST"])
@sensitive_post_parameters("password")
@never_cache
def password(request: HttpRequest, uid: str, token: str) -> HttpResponseBase:
    """Choose a password by a link from an e-mail; the link is good once."""
    user = operations.user_of_link(uid=uid, token=token)
    form = PasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            operations.set_password(
                user=user, password=form.cleaned_data["password"], at=clock.now()
            )
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            return redirect("identity:staff")
    return render(request, "accounts_identity/password.html", {"form": form, "person": user})


def _who(request: HttpRequest, form: WorkForm) -> User:
    """The person whose name, password and code these are. Refuses with DoNotFit or TooMany."""
    at, address = clock.now(), client_ip(request)
    limits.spend([limits.per("work-try:address", address, 100, timedelta(hours=1))], at=at)
    user = auth.authenticate(
        request,
        username=form.cleaned_data["username"],
        password=form.cleaned_data["password"],
        code=form.cleaned_data["code"],
        device_token=request.COOKIES.get(TRUST_COOKIE, ""),
    )
    if not isinstance(user, User):
        audit.record(actor="guest", action="accounts.sign-in.refused", subject="staff", at=at)
        raise DoNotFit
    return user


def _let_in(request: HttpRequest, user: User, *, trust: bool) -> HttpResponseBase:
    is_verified = getattr(user, "otp_device", None) is not None
    sessions.begin(request, user, is_work=True, at=clock.now())
    if not is_verified:
        operations.begin_enrolment(user=user)
        return redirect("identity:authenticator")
    response = redirect(safe_next(request, reverse("work:home")))
    if trust and not user.is_staff:
        _trust(response, user)
    return response


def _trust(response: HttpResponse, user: User) -> None:
    response.set_cookie(
        TRUST_COOKIE,
        operations.trust_device(user=user, at=clock.now()),
        max_age=int(operations.TRUST_FOR.total_seconds()),
        secure=settings.IS_HTTPS,
        httponly=True,
        samesite="Strict",
    )


def _waits_for_enrolment(request: HttpRequest) -> bool:
    user = actors.user_of(request)
    return (
        user is not None
        and sessions.is_at_work(request)
        and queries.pending_authenticator(user) is not None
    )


def _replace(request: HttpRequest, user: User) -> HttpResponseBase:
    """Begin anew with another telephone: for who is verified and knows the password."""
    if not request.user.is_verified():  # type: ignore[union-attr]
        raise Forbidden
    form = AgainForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        if user.check_password(form.cleaned_data["password"]):
            operations.begin_enrolment(user=user)
            return redirect("identity:authenticator")
        form.refuse(DoNotFit(field="password"))
    return render(request, "accounts_identity/replace.html", {"form": form})
