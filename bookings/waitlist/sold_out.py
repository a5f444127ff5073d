"""Times that are sold out, for their sellers' pages: how many wait, the odds, where one can wait too."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookings.waitlist import queries
from bookings.waitlist.queries import Seller, Wanted
from kernel.places.models import Region


@dataclass(frozen=True, slots=True)
class Full:
    """A time that is sold out: its reference, and the buckets of which a sale takes one a person."""

    ref: str
    starts_at: datetime
    buckets: Collection[int]


@dataclass(frozen=True, slots=True)
class WaitingList:
    """A time that is sold out: where to wait for it, how many do, and the odds."""

    time: str
    href: str
    note: str


def waiting_lists(
    region: Region, seller: Seller, full: Sequence[Full], *, at: datetime
) -> list[WaitingList]:
    """The lists of these times, in their order. Three statements, none where nothing is sold out."""
    if not full:
        return []
    path = reverse("waitlist:join", args=[region.slug])
    return [
        WaitingList(
            time=f"{each.starts_at.astimezone(region.tz):%H:%M}",
            href=f"{path}?{urlencode({'kind': seller.kind, 'ref': each.ref})}",
            note=note,
        )
        for each, note in zip(full, _outlooks(seller, full, at), strict=True)
    ]


def _outlooks(seller: Seller, full: Sequence[Full], at: datetime) -> list[str]:
    """In words: by the longest of a time's lines, and for one person."""
    lengths = queries.lengths({bucket for each in full for bucket in each.buckets})
    wanted = [Wanted(each.starts_at, dict.fromkeys(each.buckets, 1)) for each in full]
    chances = queries.chances_alone(seller, wanted, at=at)
    return [
        _outlook(max((lengths.get(bucket, 0) for bucket in each.buckets), default=0), chance)
        for each, chance in zip(full, chances, strict=True)
    ]


def _outlook(parties: int, chance: int | None) -> str:
    """How many wait, and the odds of one person who joins now, where they are known."""
    wait = ngettext("%(n)s party waits", "%(n)s parties wait", parties) % {"n": parties}
    if chance is None:
        return wait
    return _("%(wait)s · chance for one person about %(chance)s%%") % {
        "wait": wait,
        "chance": chance,
    }
