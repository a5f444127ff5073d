"""Who has passed where, and who is still to come: for those who count people."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection

from bookings.vouchers.models import State, Voucher
from kernel.naming import say

COUNTED = """
    SELECT zone, door, direction, at FROM bookings_vouchers_redemption
    WHERE region_id = %(region)s AND at >= %(first)s AND at < %(last)s AND undone_at IS NULL
    UNION ALL
    SELECT zone, door, direction, at FROM bookings_vouchers_surplus
    WHERE region_id = %(region)s AND at >= %(first)s AND at < %(last)s
"""
"""Who has passed in a region between two moments, one row a person: zone, door, direction, at.

Whoever went in offline by a used code is a person inside as well. Read where they are written, by one
statement of whoever counts them.
"""


@dataclass(frozen=True, slots=True)
class ToCome:
    """Somebody with a voucher that is not used yet; of the name only its first letter.

    ``doors`` are those it opens, none named: any.
    """

    starts_at: datetime
    title: str
    holder: str
    doors: frozenset[str] = frozenset()


def to_come(zones: Collection[str], start: datetime, end: datetime) -> list[ToCome]:
    """Who holds an unused voucher of these zones that is good between two moments. One statement."""
    rows = Voucher.objects.filter(
        zone__in=zones,
        state=State.ACTIVE,
        entries_used=0,
        valid_from__lt=end,
        valid_until__gt=start,
    )
    return [
        ToCome(
            row.line.starts_at, _title(row), _masked(row.carrier.holder), frozenset(row.doors_in)
        )
        for row in rows.select_related("line", "carrier").order_by("line__starts_at", "pk")
    ]


def still_to_come(
    places: Collection[tuple[str, str]], start: datetime, end: datetime
) -> dict[tuple[str, str], int]:
    """How many hold an unused voucher of a zone and door ("": any) that is good between two moments.

    One statement.
    """
    rows = Voucher.objects.filter(
        zone__in={zone for zone, _door in places},
        state=State.ACTIVE,
        entries_used=0,
        valid_from__lt=end,
        valid_until__gt=start,
    )
    found: Counter[tuple[str, str]] = Counter()
    for zone, doors in rows.values_list("zone", "doors_in"):
        found.update((zone, door) for door in {"", *doors} if (zone, door) in places)
    return dict(found)


def _title(row: Voucher) -> str:
    return " · ".join(filter(None, (say(row.line.title), say(row.line.subtitle))))


def _masked(name: str) -> str:
    return f"{name[0]}{'*' * min(len(name) - 1, 3)}" if name else ""


def came_in(spans: Sequence[tuple[str, datetime, datetime]], *, region_id: int) -> list[int]:
    """How many have come into a zone after the first moment, up to the second, for each span.

    One statement.
    """
    begins = min((since for _zone, since, _until in spans), default=None)
    if begins is None:
        return []
    zones, sinces, untils = zip(*spans, strict=True)
    facts = {"region": region_id, "first": begins, "last": max(untils) + timedelta(microseconds=1)}
    with connection.cursor() as cursor:
        cursor.execute(
            _CAME_IN, {**facts, "zones": list(zones), "since": list(sinces), "until": list(untils)}
        )
        return [count for _number, count in cursor.fetchall()]


_CAME_IN = f"""
    WITH span AS (
        SELECT * FROM unnest(%(zones)s::text[], %(since)s::timestamptz[], %(until)s::timestamptz[])
            WITH ORDINALITY AS s(zone, since, until, number)
    ), passed AS MATERIALIZED (
        SELECT zone, at FROM ({COUNTED}) AS every
        WHERE zone = ANY(%(zones)s) AND direction = 'IN'
    )
    SELECT span.number, count(passed.zone)::int FROM span LEFT JOIN passed
        ON passed.zone = span.zone AND passed.at > span.since AND passed.at <= span.until
    GROUP BY span.number ORDER BY span.number
"""  # noqa: S608 - constants
