"""The pages on which a sum is paid, for the rooms that ask for such sums."""

from __future__ import annotations

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _

from bookings.payments import operations as payments
from bookings.payments import queries
from bookings.payments.models import Attempt
from bookings.payments.queries import Progress
from kernel import clock
from kernel.errors import Refusal
from kernel.places.models import Region
from kernel.web import problems
from kernel.web.requests import client_ip


def buyer_of(request: HttpRequest, return_path: str) -> payments.Buyer:
    """Who pays, as the provider must know it, and where they come back to."""
    return payments.Buyer(
        return_url=request.build_absolute_uri(return_path),
        ip=client_ip(request),
        is_phone="Mobi" in request.headers.get("User-Agent", ""),
    )


def say_if_declined(request: HttpRequest, progress: Progress) -> None:
    """Say to a buyer who comes back that their payment has failed."""
    if progress is Progress.FAILED:
        messages.error(
            request, _("The payment did not go through. Nothing was charged; please pay again.")
        )


def progress_of(payable: payments.Payable) -> Progress:
    """How far the payment of a sum has come."""
    return queries.progress(
        order=payable.order, purpose=payable.purpose, purpose_id=payable.purpose_id
    )


def state_answer(state: str) -> JsonResponse:
    """What a waiting page asks every few seconds; it goes on once the answer is another."""
    return JsonResponse({"state": state})


def code_page(
    request: HttpRequest,
    attempt: Attempt,
    *,
    state: str,
    paths: tuple[str, str, str],
    region: Region | None = None,
) -> HttpResponse:
    """The code that the provider's own app reads; the page goes on by itself once it is paid.

    ``paths``: where to choose another way, where the provider is asked, where ``state`` is told.
    """
    other, back, state_path = paths
    context = {
        "attempt": attempt,
        "way": queries.title_of(attempt),
        "stand_in": _stand_in(request, attempt, back),
        "other": other,
        "back": back,
        "state_path": state_path,
        "state": state,
        "region": region,
        "zone": region.timezone if region else timezone.get_current_timezone_name(),
    }
    return render(request, "bookings_payments/code.html", context)


def _stand_in(request: HttpRequest, attempt: Attempt, back: str) -> str:
    """Where a code can be paid on this screen; empty where only the provider's app reads it."""
    if not queries.is_for_trying(attempt) or not attempt.qr.startswith("http"):
        return ""
    return f"{attempt.qr}?{urlencode({'redirect_url': request.build_absolute_uri(back)})}"


def pay_page(
    request: HttpRequest,
    *,
    payable: payments.Payable,
    title: str,
    text: str,
    home_path: str,
    back_path: str,
    state_path: str,
) -> HttpResponse:
    """Choose how to pay what belongs to no order; a post goes on to the provider's page or code.

    ``home_path`` is the page above this one, ``back_path`` the address that asks the provider,
    ``state_path`` the one that tells how far the payment has come.
    """
    progress = progress_of(payable)
    if request.method == "POST" and progress is not Progress.RECEIVED:
        return _start(request, payable, back_path)
    if attempt := _shown_code(request, payable):
        paths = (request.path, back_path, state_path)
        return code_page(request, attempt, state=progress, paths=paths)
    context = {
        "title": title,
        "text": text,
        "home": home_path,
        "payable": payable,
        "progress": progress,
        "is_received": progress is Progress.RECEIVED,
        "back": back_path,
        "state_path": state_path,
        "ways": payments.ways_to_pay(payable),
    }
    return render(request, "bookings_payments/pay.html", context)


def _start(request: HttpRequest, payable: payments.Payable, back_path: str) -> HttpResponse:
    try:
        attempt = payments.pay(
            payable=payable,
            provider=request.POST.get("provider", ""),
            at=clock.now(),
            buyer=buyer_of(request, back_path),
        )
    except Refusal as refusal:
        problems.tell_programs(request, refusal)
        messages.error(request, refusal.reason)
        return redirect(request.path)
    if attempt.qr:
        return redirect(f"{request.path}?code={attempt.pk}")
    return redirect(attempt.redirect_url or back_path)


def _shown_code(request: HttpRequest, payable: payments.Payable) -> Attempt | None:
    """The open attempt whose code the address asks for."""
    number = request.GET.get("code", "")
    if not number.isdecimal() or len(number) > 18:
        return None
    return queries.open_for(payable.purpose, payable.purpose_id, int(number))
