"""Reads of shares."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from bookings.orders.models import Line, Order
from bookings.shares.models import Division, Share, State
from kernel.errors import Refusal


class ShareNotFound(Refusal):
    """No share has this token."""

    code = "share_not_found"
    status = 404
    message = _("There is no such share.")


@dataclass(frozen=True, slots=True)
class Bought:
    """One line as a share pays it: so many parts, for so many fen now."""

    line: Line
    count: int
    amount_fen: int


def of_order(order: Order) -> Division | None:
    """How an order is divided, with its shares; None where one person pays it."""
    return Division.objects.filter(order=order).prefetch_related("shares").first()


def by_token(token: str) -> Share:
    """The share a token opens, with its order.

    :raises ShareNotFound: no share has this token.
    """
    found = Share.objects.select_related("division__order__region").filter(token=token).first()
    if found is None:
        raise ShareNotFound
    return found


def payers(order: Order) -> dict[tuple[int, str], int]:
    """Which share has paid for each part of an order, by line id and part key."""
    paid = Share.objects.filter(division__order=order, state=State.PAID)
    return {(line_id, key): share.pk for share in paid for line_id, key in share.parts}


def bought(share: Share) -> list[Bought]:
    """What a share pays, line by line; lines that are left out meanwhile are not there any more."""
    keys: dict[int, set[str]] = {}
    for line_id, key in share.parts:
        keys.setdefault(line_id, set()).add(key)
    lines = Line.objects.filter(pk__in=keys).order_by("starts_at", "pk")
    return [
        Bought(line, len(keys[line.pk]), sum(line.shares_now.get(key, 0) for key in keys[line.pk]))
        for line in lines
    ]
