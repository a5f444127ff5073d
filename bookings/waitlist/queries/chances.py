"""How likely it is that somebody is served, and the past that this is learnt from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import Max, Q

from bookings.waitlist import odds
from bookings.waitlist.history import Past, PastWish, worst_of
from bookings.waitlist.models import Entry, EntryState, OddsTable, Wish

_AHEAD = """
    SELECT p.wish_id, b.id, (
        SELECT coalesce(sum(party.units), 0) FROM (
            SELECT max(o.units) AS units FROM bookings_waitlist_place AS o
            WHERE o.bucket_id = p.bucket_id AND o.entry_id < p.entry_id GROUP BY o.entry_id
        ) AS party
    )::int, b.capacity
    FROM bookings_waitlist_place AS p JOIN bookings_inventory_bucket AS b ON b.id = p.bucket_id
    WHERE p.entry_id = %s
"""

_IN_LINE = """
    SELECT b.id, (
        SELECT coalesce(sum(party.units), 0) FROM (
            SELECT max(o.units) AS units FROM bookings_waitlist_place AS o
            WHERE o.bucket_id = b.id GROUP BY o.entry_id
        ) AS party
    )::int, b.capacity, b.capacity - b.taken - b.kept
    FROM bookings_inventory_bucket AS b WHERE b.id = ANY(%s)
"""


_Standing = tuple[datetime, Sequence[tuple[int, int]]]
"""When a time begins, and [people before, capacity] of the lines one stands in for it."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """A time that somebody might wait for: when it begins, and units of each bucket."""

    starts_at: datetime
    demands: Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Seller:
    """Whose list it is: a supplier of a region, for one kind of thing."""

    region_id: int
    organisation_id: int
    kind: str


def learnt(seller: Seller) -> odds.Odds | None:
    """The newest odds of a seller, else of all its region; None: they are not known yet."""
    rows = OddsTable.objects.filter(region=seller.region_id, kind=seller.kind)
    mine = rows.filter(Q(organisation=seller.organisation_id) | Q(organisation=None))
    newest = sorted(mine, key=lambda row: (row.organisation_id is not None, row.version))
    return odds.Odds.from_json(newest[-1].learnt) if newest else None


def chance(entry: Entry, *, at: datetime) -> int | None:
    """How likely an entry that waits is to be served, in percent; None: nobody can say yet."""
    known = learnt(Seller(entry.region_id, entry.organisation_id, entry.kind))
    if known is None or not entry.is_waiting:
        return None
    begins = dict(Wish.objects.filter(entry=entry).values_list("pk", "starts_at"))
    lines: dict[int, list[tuple[int, int]]] = defaultdict(list)
    with connection.cursor() as cursor:
        cursor.execute(_AHEAD, [entry.pk])
        for wish, _bucket, ahead, capacity in cursor.fetchall():
            lines[wish].append((ahead, capacity))
    return _percent(known, entry.size, [(begins[w], some) for w, some in lines.items()], at)


def chance_of_joining(
    seller: Seller, wanted: Sequence[Wanted], *, size: int, at: datetime
) -> int | None:
    """How likely a party that joined now would be to be served, in percent; None: nobody can say yet."""
    known = learnt(seller)
    return _percent(known, size, _behind_all(wanted), at) if known else None


def chances_alone(seller: Seller, wanted: Sequence[Wanted], *, at: datetime) -> list[int | None]:
    """The same of one person for each of these times alone."""
    if not wanted or (known := learnt(seller)) is None:
        return [None] * len(wanted)
    return [_percent(known, 1, [one], at) for one in _behind_all(wanted)]


def _behind_all(wanted: Sequence[Wanted]) -> list[_Standing]:
    """As who joins now would stand: behind everybody, in the lines of what has no room. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(_IN_LINE, [list({bucket for one in wanted for bucket in one.demands})])
        lines = {bucket: (ahead, size, left) for bucket, ahead, size, left in cursor.fetchall()}
    return [
        (
            one.starts_at,
            [
                lines[bucket][:2]
                for bucket, units in one.demands.items()
                if bucket in lines and units > lines[bucket][2]
            ],
        )
        for one in wanted
    ]


def _percent(
    known: odds.Odds,
    size: int,
    times: Sequence[_Standing],
    at: datetime,
) -> int | None:
    found = [
        worst_of(lines, size=size, days=(begins - at).total_seconds() / 86_400)
        for begins, lines in times
        if begins > at
    ]
    there = tuple(one for one in found if one is not None)
    return odds.percent(known.of(odds.Look(size, there))) if there else None


def regions_with_lists() -> list[int]:
    """Regions in which anybody has waited."""
    rows = Entry.objects.order_by("region_id").values_list("region_id", flat=True)
    return list(rows.distinct())


def sellers(region_id: int) -> list[Seller]:
    """Who has had anybody waiting in a region."""
    rows = Entry.objects.filter(region=region_id).order_by("organisation_id", "kind")
    pairs = rows.values_list("organisation_id", "kind").distinct()
    return [Seller(region_id, organisation_id, kind) for organisation_id, kind in pairs]


def past_of(seller: Seller, *, since: datetime, at: datetime, most: int) -> list[Past]:
    """The latest parties all of whose times are over, in the order of joining; two statements."""
    rows = (
        Entry.objects.filter(
            region=seller.region_id,
            organisation=seller.organisation_id,
            kind=seller.kind,
            joined_at__gt=since,
        )
        .alias(last=Max("wishes__starts_at"))
        .filter(last__lte=at)
        .prefetch_related("wishes")
        .order_by("-pk")[:most]
    )
    return [_past(entry, at) for entry in reversed(rows)]


def _past(entry: Entry, at: datetime) -> Past:
    wishes = tuple(PastWish(w.starts_at, tuple(w.buckets)) for w in entry.wishes.all())
    out_at = entry.served_at or entry.ended_at or at
    return Past(
        entry_id=entry.pk,
        size=entry.size,
        joined_at=entry.joined_at,
        out_at=max(out_at, entry.joined_at),
        served=entry.served_at is not None,
        stayed=entry.state != EntryState.LEFT,
        wishes=wishes,
    )
