"""Selling at a counter: a clerk with an open drawer puts the buyer's wishes into the cart."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse

from accounts.identity import actors
from bookings.cash import queries as cash
from bookings.cash.models import Shift
from bookings.inventory.models import Channel
from bookings.orders.models import Order

_SELLING = "sells_at_counter"


def switch(request: HttpRequest, *, on: bool) -> None:
    """Whether what this browser puts into its cart is sold at the counter from now on."""
    if on:
        request.session[_SELLING] = True
    else:
        request.session.pop(_SELLING, None)


def shift_of(request: HttpRequest) -> Shift | None:
    """The open drawer into which this browser sells; None: it buys for itself."""
    if not request.session.get(_SELLING):
        return None
    return cash.open_of(actors.actor_of(request))


def house_of(request: HttpRequest) -> int | None:
    """The organisation at whose counter it sells, if it does."""
    shift = shift_of(request)
    return shift.organisation_id if shift else None


def way_to_pay(request: HttpRequest, order: Order) -> str:
    """Where what was just placed is paid: at a counter into the drawer, otherwise as its buyer chooses."""
    if order.paid_at:
        return reverse("checkout:order", args=[order.token])
    if order.channel == Channel.COUNTER and shift_of(request) is not None:
        return f"{reverse('cash:take')}?{urlencode({'code': order.code})}"
    return reverse("checkout:pay", args=[order.token])
