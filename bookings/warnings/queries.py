"""Reads of warnings: whom one reaches, and what is shown on the pages of a place.

Known of people is where they are booked, not where their phones are.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from bookings.orders.models import Line
from bookings.vouchers import queries as vouchers
from bookings.warnings.models import PlaceWarning
from kernel.memo import Memo
from kernel.naming import say
from kernel.places.models import Place
from kernel.places.nearby import distance_m


@dataclass(frozen=True, slots=True)
class Reach:
    """Whom a warning would reach: people by a name of their own with the order to tell them of.

    ``lost`` are orders of which nobody left an account or a phone.
    """

    orders: dict[str, int]
    lost: int

    @property
    def people(self) -> int:
        """How many are told."""
        return len(self.orders)


@dataclass(frozen=True, slots=True)
class Banner:
    """A warning as a page shows it, in the active language."""

    title: str
    text: str
    affects_from: datetime
    affects_until: datetime
    timezone: str
    is_safety: bool


@dataclass(frozen=True, slots=True)
class _Open:
    warning: PlaceWarning
    place_ids: frozenset[int]


def places_of(warning: PlaceWarning) -> set[int]:
    """The places that a warning is about: its own, and those around it in the region."""
    around = Place.objects.filter(region_id=warning.place.region_id)
    return {
        place.pk
        for place in around
        if place.pk == warning.place_id or distance_m(warning.place, place) <= warning.radius_m
    }


def reach(warning: PlaceWarning) -> Reach:
    """Who is booked there in its time: holders of codes that let in then, of whatever was sold."""
    held = vouchers.good_at(places_of(warning), warning.affects_from, warning.affects_until)
    if warning.organisation_id is not None:
        held = held.filter(line__supplier_id=warning.organisation_id)
    rows = held.values_list("line__order_id", "line__order__user_id", "line__order__contact_index")
    people: dict[str, int] = {}
    lost = set()
    for order_id, user_id, contact_index in rows.distinct().order_by("line__order_id"):
        who = f"user:{user_id}" if user_id is not None else contact_index
        if who:
            people[who] = order_id
        else:
            lost.add(order_id)
    return Reach(people, len(lost))


def is_standing(about: str, written_at: datetime) -> bool:
    """Whether a warning ("warning:5") still holds: nobody has taken it back."""
    pk = int(about.removeprefix("warning:"))
    return PlaceWarning.objects.filter(pk=pk, withdrawn_at__isnull=True).exists()


def standing(at: datetime) -> QuerySet[PlaceWarning]:
    """What was sent, not taken back, and is not over."""
    sent = PlaceWarning.objects.filter(sent_at__lte=at, withdrawn_at__isnull=True)
    return sent.filter(affects_until__gt=at).select_related("place__region").order_by("pk")


def at_places(
    place_ids: Collection[int], *, supplier_id: int, at: datetime, until: datetime | None = None
) -> list[Banner]:
    """What is to be shown on a page about places, of the platform and of whoever the page belongs to.

    ``until`` leaves out what begins only then. At most a few seconds old.
    """
    return [
        _banner(each.warning)
        for each in _standing_now.get("", lambda _key: _read(at))
        if each.place_ids & set(place_ids)
        and each.warning.organisation_id in (None, supplier_id)
        and each.warning.affects_until > at
        and (until is None or each.warning.affects_from < until)
    ]


def in_region(region_id: int, *, at: datetime) -> list[tuple[PlaceWarning, frozenset[int]]]:
    """What stands in a region, each with the places that it is about. At most a few seconds old."""
    return [
        (each.warning, each.place_ids)
        for each in _standing_now.get("", lambda _key: _read(at))
        if each.warning.place.region_id == region_id and each.warning.affects_until > at
    ]


def for_lines(lines: Sequence[Line], *, at: datetime) -> list[Banner]:
    """What who has booked these must know: each once."""
    found: dict[Banner, None] = {}
    for line in lines:
        if line.place_id is not None and line.ends_at > at:
            shown = at_places(
                [line.place_id], supplier_id=line.supplier_id, at=at, until=line.ends_at
            )
            found |= dict.fromkeys(b for b in shown if b.affects_until > line.starts_at)
    return list(found)


_standing_now: Memo[str, Sequence[_Open]] = Memo(seconds=2)


def _read(at: datetime) -> list[_Open]:
    return [_Open(each, frozenset(places_of(each))) for each in standing(at)]


def _banner(warning: PlaceWarning) -> Banner:
    return Banner(
        title=say(warning.title),
        text=say(warning.text),
        affects_from=warning.affects_from,
        affects_until=warning.affects_until,
        timezone=warning.place.region.timezone,
        is_safety=warning.level == "SAFETY",
    )
