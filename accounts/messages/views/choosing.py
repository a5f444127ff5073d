"""What a person chooses about messages; stopping and confirming by a link, without signing in."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from accounts.messages import operations, queries
from accounts.messages.forms import ChoicesForm, EmailForm
from accounts.messages.operations import choosing
from accounts.messages.views import devices
from accounts.messages.views.inbox import user_id
from kernel import clock
from kernel.errors import Refusal
from kernel.web.caching import never_cache


@require_http_methods(["GET", "POST"])
@never_cache
@login_required
def settings(request: HttpRequest) -> HttpResponse:
    """By which ways, in which language and when not; e-mail address and consent beside it."""
    form = _choices_form(request)
    if request.method == "POST" and form.is_valid():
        quiet_from, quiet_until = form.quiet
        operations.choose(
            user_id=user_id(request),
            choices=form.chosen,
            language=form.cleaned_data["language"],
            quiet_from=quiet_from,
            quiet_until=quiet_until,
        )
        messages.success(request, _("Kept."))
        return redirect("messages:settings")
    return _page(request, form, EmailForm())


@require_POST
@login_required
def email(request: HttpRequest) -> HttpResponse:
    """Keep an address and send its link; "forget" takes it away."""
    if "forget" in request.POST:
        operations.forget_email(user_id=user_id(request))
        messages.success(request, _("We do not write to this address any more."))
        return redirect("messages:settings")
    form = EmailForm(request.POST)
    if form.is_valid():
        try:
            operations.remember_email(
                user_id=user_id(request),
                email=form.cleaned_data["email"],
                language=_language(),
                at=clock.now(),
            )
        except Refusal as refusal:
            form.refuse(refusal)
        else:
            messages.success(request, _("A link is on its way to this address."))
            return redirect("messages:settings")
    return _page(request, _choices_form(request, is_sent=False), form)


@require_POST
@login_required
def consent(request: HttpRequest) -> HttpResponse:
    """Agree to marketing, or withdraw it: one button each."""
    is_given = request.POST.get("answer") == "yes"
    operations.set_consent(
        user_id=user_id(request),
        is_given=is_given,
        given_by="PAGE",
        language=_language(),
        at=clock.now(),
    )
    messages.success(
        request, _("Thank you. You can stop it at any time.") if is_given else _("Stopped.")
    )
    return redirect("messages:settings")


@csrf_exempt
@require_http_methods(["GET", "POST"])
@never_cache
def stop(request: HttpRequest, signed: str) -> HttpResponse:
    """One tap ends marketing, without signing in; mail programs send it by themselves (RFC 8058).

    A form of another site could do no more here than whoever has the link.
    """
    choosing.whose_stop(signed)
    is_stopped = request.method == "POST"
    if is_stopped:
        is_program = request.POST.get("List-Unsubscribe") == "One-Click"
        operations.stop(
            token=signed,
            given_by="MAIL_PROGRAM" if is_program else "LINK",
            language=_language(),
            at=clock.now(),
        )
    return render(request, "accounts_messages/stop.html", {"is_stopped": is_stopped})


@require_http_methods(["GET", "POST"])
@never_cache
def confirm_email(request: HttpRequest, signed: str) -> HttpResponse:
    """Whoever reads mail at the address says so with a button: a mail scanner only follows the link."""
    choosing.whose_email(signed)
    is_confirmed = request.method == "POST"
    if is_confirmed:
        operations.confirm_email(token=signed, at=clock.now())
    return render(request, "accounts_messages/confirm.html", {"is_confirmed": is_confirmed})


def _choices_form(request: HttpRequest, *, is_sent: bool = True) -> ChoicesForm:
    return ChoicesForm(
        request.POST if is_sent and request.method == "POST" else None,
        kept=queries.preference(user_id(request)),
        choices=queries.choices(user_id(request)),
        language=_language(),
    )


def _page(request: HttpRequest, form: ChoicesForm, email_form: EmailForm) -> HttpResponse:
    consents = queries.consents(user_id(request))
    context = {
        "form": form,
        "email_form": email_form,
        "kept": queries.preference(user_id(request)),
        "consents": consents,
        "has_agreed": bool(consents) and consents[0].is_given,
        "devices": queries.devices(user_id(request)),
        "push_key": devices.public_key(),
        "consent_text": choosing.MARKETING_TEXT,
        "tab": "me",
    }
    return render(request, "accounts_messages/settings.html", context)


def _language() -> str:
    return get_language() or "zh-hans"
