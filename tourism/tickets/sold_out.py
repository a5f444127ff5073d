"""Entry times of a day that are sold out: how many wait for each, the odds, and where one can wait too."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookings.waitlist import queries as waitlist
from tourism.tickets import queries
from tourism.tickets.facts import ProductFacts
from tourism.tickets.models import Slot
from tourism.tickets.offers import KIND
from tourism.tickets.queries import SlotRow


@dataclass(frozen=True, slots=True)
class WaitingList:
    """An entry time that is sold out: where to wait for it, how many do, and the odds."""

    time: str
    href: str
    note: str


def waiting_lists(
    facts: ProductFacts, rows: Sequence[SlotRow], day: date | None, at: datetime
) -> list[WaitingList]:
    """Those of a day on which the place is open; three statements, none where nothing is sold out."""
    if day is None or facts.shut_on(day):
        return []
    full = [r for r in rows if r.date == day and r.is_open and r.starts_at > at and r.left <= 0]
    if not full:
        return []
    path = reverse("waitlist:join", args=[facts.region.slug])
    return [
        WaitingList(
            time=f"{row.starts_at.astimezone(facts.region.tz):%H:%M}",
            href=f"{path}?kind={KIND}&ref={row.ref}",
            note=note,
        )
        for row, note in zip(full, _outlooks(facts, full, at), strict=True)
    ]


def _outlooks(facts: ProductFacts, full: Sequence[SlotRow], at: datetime) -> list[str]:
    """In words: by the longest of an entry time's lines, and for one person."""
    slots = queries.slots_by_id([row.id for row in full])
    limits = [_limits(slots[row.id]) for row in full]
    lengths = waitlist.lengths({bucket for some in limits for bucket in some})
    chances = waitlist.chances_alone(
        waitlist.Seller(facts.region.pk, facts.supplier_id, KIND),
        [
            waitlist.Wanted(row.starts_at, dict.fromkeys(some, 1))
            for row, some in zip(full, limits, strict=True)
        ],
        at=at,
    )
    return [
        _outlook(max(lengths.get(bucket, 0) for bucket in some), chance)
        for some, chance in zip(limits, chances, strict=True)
    ]


def _limits(slot: Slot) -> list[int]:
    """The buckets of which a sale by this site takes one a person."""
    return [
        slot.bucket_id, slot.day.bucket_id, slot.day.own_bucket_id, *queries.own_quota(slot)
    ]  # fmt: skip


def _outlook(parties: int, chance: int | None) -> str:
    """How many wait, and the odds of one person who joins now, where they are known."""
    wait = ngettext("%(n)s party waits", "%(n)s parties wait", parties) % {"n": parties}
    if chance is None:
        return wait
    return _("%(wait)s · chance for one person about %(chance)s%%") % {
        "wait": wait,
        "chance": chance,
    }
