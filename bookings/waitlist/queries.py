"""Reads of the waiting list: who could be served, ranks, and what was decided about an entry."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.db.models import Count, Min, Q, QuerySet

from bookings.inventory.models import Bucket, Return
from bookings.waitlist.choosing import Candidate
from bookings.waitlist.heads import Heads, Size
from bookings.waitlist.models import Decision, Entry, EntryState, Outcome, Place
from kernel.errors import NotFound

MAX_PARTY = 50

_IN_RANK = """
    SELECT g.bucket_id, u.units, g.room / u.units + %s, c.entry_id, c.wish_id
    FROM unnest(%s::bigint[], %s::int[]) AS g(bucket_id, room)
    CROSS JOIN LATERAL generate_series(1, least(g.room, %s)) AS u(units)
    CROSS JOIN LATERAL (
        SELECT p.entry_id, p.wish_id FROM bookings_waitlist_place AS p
        JOIN bookings_waitlist_entry AS e ON e.id = p.entry_id AND e.state = 'WAITING'
        JOIN bookings_waitlist_wish AS w ON w.id = p.wish_id AND w.starts_at > %s
        WHERE p.bucket_id = g.bucket_id AND p.units = u.units AND NOT p.wish_id = ANY(%s)
        ORDER BY p.entry_id LIMIT g.room / u.units + %s
    ) AS c
"""
"""Of every size of party the first that may fit, and some more in case one of them is passed over."""

_NEEDS = """
    SELECT p.entry_id, w.position, p.wish_id, p.bucket_id, p.units
    FROM bookings_waitlist_place AS p JOIN bookings_waitlist_wish AS w ON w.id = p.wish_id
    WHERE p.wish_id = ANY(%s)
"""


def heads(room: Mapping[int, int], *, but: Collection[int], ahead: int, at: datetime) -> Heads:
    """The heads of these buckets' lines: whoever may fit into so many free units; two statements.

    ``but`` are wishes that were passed over already; ``ahead``: so many more of every size are read.
    """
    free = {bucket: units for bucket, units in room.items() if units > 0}
    with connection.cursor() as cursor:
        cursor.execute(
            _IN_RANK,
            [ahead, list(free), list(free.values()), MAX_PARTY, at, list(but), ahead],
        )
        rows = cursor.fetchall()
        cursor.execute(_NEEDS, [list({wish for *_class, wish in rows})])
        return Heads.of(_candidates(cursor.fetchall()), _sizes(rows))


def _sizes(rows: Sequence[tuple[int, int, int, int, int]]) -> dict[int, list[Size]]:
    found: dict[tuple[int, int, int], list[int]] = defaultdict(list)
    for bucket, units, limit, entry, _wish in rows:
        found[bucket, units, limit].append(entry)
    sizes: dict[int, list[Size]] = defaultdict(list)
    for (bucket, units, limit), entries in found.items():
        sizes[bucket].append(Size(units, max(entries), goes_on=len(entries) >= limit))
    return sizes


def _candidates(rows: Sequence[tuple[int, int, int, int, int]]) -> list[Candidate]:
    needs: dict[tuple[int, int, int], dict[int, int]] = defaultdict(dict)
    for entry, position, wish, bucket, units in rows:
        needs[entry, position, wish][bucket] = units
    return [Candidate(*key, needs=found) for key, found in needs.items()]


def passed_wishes(return_ids: Collection[int]) -> dict[int, frozenset[int]]:
    """Wishes that were passed over already while these returns are handed out, by return."""
    rows = Decision.objects.filter(return_id__in=return_ids, outcome=Outcome.PASSED)
    found: dict[int, set[int]] = defaultdict(set)
    for return_id, wish_id in rows.values_list("return_id", "wish_id"):
        if return_id is not None and wish_id is not None:
            found[return_id].add(wish_id)
    return {return_id: frozenset(wishes) for return_id, wishes in found.items()}


def awaited_by_somebody(bucket_ids: Collection[int], *, but: Collection[int] = ()) -> set[int]:
    """Which of these buckets have anybody in their line, other than these entries."""
    rows = Place.objects.filter(bucket_id__in=bucket_ids).exclude(entry__in=but)
    return set(rows.values_list("bucket_id", flat=True).distinct())


def standing(entry_ids: Collection[int], *, bucket_ids: Collection[int]) -> dict[int, set[int]]:
    """By bucket, which of these entries stand in its line."""
    rows = Place.objects.filter(entry__in=entry_ids, bucket_id__in=bucket_ids)
    found: dict[int, set[int]] = defaultdict(set)
    for bucket, entry in rows.values_list("bucket_id", "entry"):
        found[bucket].add(entry)
    return found


def of_actors(actors: Collection[str]) -> QuerySet[Entry]:
    """The entries of a person, the latest first."""
    rows = Entry.objects.filter(actor__in=actors).select_related("region", "order")
    return rows.prefetch_related("wishes").order_by("-pk")


def get(entry_id: int, *, actors: Collection[str]) -> Entry:
    """One entry of this person.

    :raises NotFound: there is none, or it is somebody else's.
    """
    entry = of_actors(actors).filter(pk=entry_id).first()
    if entry is None:
        raise NotFound
    return entry


def rank(entry: Entry) -> int | None:
    """Its place in the shortest of its lines, 1 is next; None where it does not wait."""
    if not entry.is_waiting:
        return None
    ahead = [
        Place.objects.filter(bucket_id=bucket, entry__lt=entry.pk).aggregate(
            n=Count("entry", distinct=True)
        )["n"]
        for bucket in set(entry.places.values_list("bucket_id", flat=True))
    ]
    return min(ahead) + 1 if ahead else None


def lengths(bucket_ids: Collection[int]) -> dict[int, int]:
    """How many parties wait in the line of each bucket; an empty line is absent. One statement."""
    rows = Place.objects.filter(bucket_id__in=bucket_ids).values("bucket_id")
    return {r["bucket_id"]: r["n"] for r in rows.annotate(n=Count("entry", distinct=True))}


@dataclass(frozen=True, slots=True)
class Passing:
    """Once when something came free and an entry did not get it: what was free, and why not."""

    at: datetime
    free: int
    units: int
    words: str


def passings(entry: Entry, *, most: int = 20) -> list[Passing]:
    """Every time this entry was passed over, the latest first: one at a moment, with its reason.

    Where the party was too large for what was free there is no row of its own: the decision for the
    one behind it, or for nobody, says so of everybody before.
    """
    lines = list(entry.decisions.filter(outcome=Outcome.PASSED).order_by("-pk")[:most])
    own = [Passing(d.at, d.free, d.units, d.words) for d in lines]
    return sorted([*own, *_too_few(entry, most)], key=lambda p: p.at, reverse=True)[:most]


def _too_few(entry: Entry, most: int) -> list[Passing]:
    until = entry.served_at or entry.ended_at
    buckets = {bucket for wish in entry.wishes.all() for bucket in wish.buckets}
    behind = Q(outcome=Outcome.SERVED, entry__gt=entry.pk) | Q(outcome=Outcome.NOBODY)
    rows = Decision.objects.filter(
        behind, bucket_id__in=buckets, free__lt=entry.size, at__gte=entry.joined_at
    )
    if until is not None:
        rows = rows.filter(at__lte=until)
    steps = rows.values("return_id").annotate(when=Min("at"), left=Min("free")).order_by("-when")
    return [Passing(row["when"], row["left"], entry.size, "") for row in steps[:most]]


def regions_to_serve() -> list[int]:
    """Regions in which something came free or is kept, or somebody is in the middle of being served."""
    free = Return.objects.filter(served_at__isnull=True).values_list("region_id", flat=True)
    kept = Bucket.objects.filter(is_awaited=True, kept__gt=0).values_list("region_id", flat=True)
    begun = Entry.objects.filter(state=EntryState.SERVING).values_list("region_id", flat=True)
    return sorted({*free.distinct(), *kept.distinct(), *begun.distinct()})
