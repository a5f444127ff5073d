"""Reads of drawers."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from accounts.organisations.models import Organisation, Role
from bookings.cash.models import Payout, Shift, Taking

STAFF = (Role.COUNTER, Role.OPERATOR, Role.ADMIN)
"""Who may keep a drawer."""


@dataclass(frozen=True, slots=True)
class Movement:
    """One line of a shift's report; ``fen`` is above zero for what came in."""

    at: datetime
    words: str
    fen: int


def open_of(actor: str, *, lock: bool = False) -> Shift | None:
    """The open shift of a clerk ("user:<id>"), locked if asked for."""
    kind, _colon, number = actor.partition(":")
    if kind != "user" or not number.isdecimal():
        return None
    found = Shift.objects.filter(clerk_id=int(number), closed_at=None)
    found = found.select_related("organisation")
    return (found.select_for_update(no_key=True, of=("self",)) if lock else found).first()


def taken(token: str) -> tuple[int, int] | None:
    """Fen taken for a payment and fen of it to be returned; None: no such payment."""
    return Taking.objects.filter(token=token).values_list("fen", "returned_fen").first()


def takings(tokens: Collection[str]) -> Mapping[str, Taking]:
    """The cash that was taken for payments, by the payment's token, with the counter that took it."""
    found = Taking.objects.filter(token__in=tokens).select_related("shift__organisation")
    return {taking.token: taking for taking in found}


def open_counters(region_id: int) -> list[Organisation]:
    """Whose counters take cash just now in a region."""
    working = Shift.objects.filter(closed_at=None, organisation__region=region_id)
    return list(Organisation.objects.filter(pk__in=working.values("organisation")).order_by("pk"))


def waiting(organisation_ids: Collection[int]) -> QuerySet[Payout]:
    """What buyers may fetch at the counters of these organisations, the oldest first."""
    found = Payout.objects.filter(paid_at=None, taking__shift__organisation_id__in=organisation_ids)
    return found.select_related("taking__shift__organisation__region").order_by("asked_at")


def shifts(organisation_ids: Collection[int]) -> QuerySet[Shift]:
    """The shifts of these organisations."""
    found = Shift.objects.filter(organisation_id__in=organisation_ids)
    return found.select_related("clerk", "organisation__region")


def movements(shift: Shift) -> Sequence[Movement]:
    """All that went in and out of a drawer, in order."""
    moves = [Movement(t.at, t.words, t.fen) for t in shift.takings.all()]
    paid_out = shift.payouts.select_related("taking")
    moves += [Movement(p.paid_at, p.taking.words, -p.fen) for p in paid_out if p.paid_at]
    return sorted(moves, key=lambda move: move.at)
