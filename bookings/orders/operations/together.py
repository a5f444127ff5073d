"""Placing from pages: what arrives together in one process is placed together."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from threading import Lock

from django.utils.translation import get_language

from bookings.orders.models import Order
from bookings.orders.operations.drafts import PlaceRequest
from bookings.orders.operations.place import place_many
from kernel import metrics
from kernel.errors import Refusal
from kernel.grouping import Grouping

GROUPS = metrics.Histogram(
    "quanyu_placing_group_size", "Orders placed in one transaction.", (1, 2, 4, 8, 16, 32, 64)
)
PLACED = metrics.Counter("quanyu_placing_total", "Orders asked for, by outcome.", ("outcome",))


@dataclass(frozen=True, slots=True)
class _Arrival:
    request: PlaceRequest
    at: datetime


_groupings: dict[str | None, Grouping[_Arrival, Order | Refusal]] = {}
_lock = Lock()


def place_together(request: PlaceRequest, *, at: datetime) -> Order:
    """Place one order as ``place`` does, in one transaction with those that arrive meanwhile.

    A lone order does not wait. Runs outside any transaction. Where the database is lost or too busy
    every order of the group fails with that error: outcome unknown, to be repeated with its key.

    :raises Refusal: as ``place``; another member's refusal or fault never reaches this one.
    """
    outcome = _grouping().submit(_Arrival(request, at))
    if isinstance(outcome, Refusal):
        raise outcome
    return outcome


def _grouping() -> Grouping[_Arrival, Order | Refusal]:
    """One for each language: refusals are put into words while they are made."""
    language = get_language()
    with _lock:
        if language not in _groupings:
            _groupings[language] = Grouping(_place)
        return _groupings[language]


def _place(arrivals: Sequence[_Arrival]) -> Sequence[Order | Refusal]:
    latest = max(arrival.at for arrival in arrivals)
    outcomes = place_many([arrival.request for arrival in arrivals], at=latest)
    GROUPS.observe(len(arrivals))
    for outcome in outcomes:
        PLACED.add(outcome.code if isinstance(outcome, Refusal) else "placed")
    return outcomes
