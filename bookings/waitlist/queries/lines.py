"""Who stands in which line, and who could be served."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from django.db import connection

from bookings.waitlist.choosing import Candidate
from bookings.waitlist.heads import Heads, Size
from bookings.waitlist.models import Decision, Outcome, Place

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
