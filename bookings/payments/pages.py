"""The page on which a sum that belongs to no order is paid, for the rooms that ask for such sums."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from bookings.payments import operations as payments
from kernel import clock
from kernel.errors import Refusal
from kernel.web.requests import client_ip


def buyer_of(request: HttpRequest, return_path: str) -> payments.Buyer:
    """Who pays, as the provider must know it, and where they come back to."""
    return payments.Buyer(
        return_url=request.build_absolute_uri(return_path),
        ip=client_ip(request),
        is_phone="Mobi" in request.headers.get("User-Agent", ""),
    )


def pay_page(
    request: HttpRequest,
    *,
    payable: payments.Payable,
    title: str,
    text: str,
    home_path: str,
    back_path: str,
) -> HttpResponse:
    """Choose how to pay; a post goes on to the provider's page, or shows the code its app reads.

    ``home_path`` is the page above this one; ``back_path`` the address that asks the provider.
    """
    context = {"title": title, "text": text, "home": home_path, "payable": payable}
    if request.method != "POST":
        context["ways"] = payments.ways_to_pay(payable)
        return render(request, "bookings_payments/pay.html", context)
    try:
        attempt = payments.pay(
            payable=payable,
            provider=request.POST.get("provider", ""),
            at=clock.now(),
            buyer=buyer_of(request, back_path),
        )
    except Refusal as refusal:
        messages.error(request, refusal.reason)
        return redirect(request.path)
    if attempt.qr:
        context |= {"qr": attempt.qr, "back": back_path}
        return render(request, "bookings_payments/code.html", context)
    return redirect(attempt.redirect_url or back_path)
