"""My page: sign in by phone and code, sign out, see where I am signed in."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.identity import actors, operations, queries, sessions
from accounts.identity.forms import CodeForm, PhoneForm
from accounts.identity.models import Challenge, User
from accounts.identity.phones import plain_phone
from kernel import clock
from kernel.errors import Refusal
from kernel.web.caching import never_cache
from kernel.web.redirects import safe_next
from kernel.web.requests import client_ip

_REF, _NEXT = "challenge", "after_sign_in"


@require_GET
@never_cache
def me(request: HttpRequest) -> HttpResponseBase:
    user = actors.user_of(request)
    context = {
        "person": user,
        "sign_ins": queries.open_sign_ins(user, at=clock.now()) if user else [],
        "here": sessions.id_of(request),
        "tab": "me",
    }
    return render(request, "accounts_identity/me.html", context)


@require_http_methods(["GET", "POST"])
@never_cache
def sign_in(request: HttpRequest) -> HttpResponseBase:
    """Ask for the phone; a post sends the code. The answer is the same for every number."""
    form = PhoneForm(request.POST or None, initial={"next": request.GET.get("next", "")})
    if request.method == "POST" and form.is_valid():
        try:
            _send(request, form.cleaned_data["phone"])
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            request.session[_NEXT] = safe_next(request, "")
            return redirect("identity:code")
    return render(request, "accounts_identity/sign_in.html", {"form": form, "tab": "me"})


@require_http_methods(["GET", "POST"])
@never_cache
def code(request: HttpRequest) -> HttpResponseBase:
    """Take the code; the right one signs in under a new session key."""
    challenge = Challenge.objects.filter(ref=request.session.get(_REF, "")).first()
    if challenge is None:
        return redirect("identity:sign-in")
    form = CodeForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            user = operations.answer_code(
                ref=challenge.ref,
                code=form.cleaned_data["code"],
                address=client_ip(request),
                language=get_language() or "zh-hans",
                at=clock.now(),
            )
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            return _welcome(request, user)
    context = {"form": form, "phone": challenge.phone_masked, "tab": "me"}
    return render(request, "accounts_identity/code.html", context)


@require_POST
def again(request: HttpRequest) -> HttpResponseBase:
    """Send another code to the same phone."""
    challenge = Challenge.objects.filter(ref=request.session.get(_REF, "")).first()
    if challenge is None:
        return redirect("identity:sign-in")
    try:
        _send(request, plain_phone(challenge.phone_sealed))
    except Refusal as refusal:
        messages.error(request, refusal.reason)
    else:
        messages.success(request, _("A new code is on its way."))
    return redirect("identity:code")


@require_POST
def sign_out(request: HttpRequest) -> HttpResponseBase:
    at_work = sessions.is_at_work(request)
    sessions.leave(request, at=clock.now())
    return redirect("identity:staff" if at_work else "identity:me")


@require_POST
def end(request: HttpRequest, sign_in_id: int) -> HttpResponseBase:
    """Sign another of my browsers out."""
    user = actors.user_of(request)
    if user is None:
        return redirect("identity:sign-in")
    operations.end_one(sign_in_id=sign_in_id, user=user, at=clock.now())
    messages.success(request, _("That browser is signed out."))
    return redirect("identity:me")


@require_POST
def end_others(request: HttpRequest) -> HttpResponseBase:
    """Sign me out everywhere but here."""
    user = actors.user_of(request)
    if user is None:
        return redirect("identity:sign-in")
    operations.end_all(user=user, at=clock.now(), keep=sessions.id_of(request))
    messages.success(request, _("You are signed out everywhere else."))
    return redirect("identity:me")


def _send(request: HttpRequest, phone: str) -> None:
    challenge = operations.ask_for_code(
        phone=phone,
        address=client_ip(request),
        language=get_language() or "zh-hans",
        at=clock.now(),
    )
    request.session[_REF] = challenge.ref


def _welcome(request: HttpRequest, user: User) -> HttpResponseBase:
    wanted = request.session.pop(_NEXT, "")
    del request.session[_REF]
    sessions.begin(request, user, is_work=False, at=clock.now())
    return redirect(safe_next(request, reverse("identity:me"), url=wanted))
