"""Verbs on Buckets. Counts move by one guarded statement, in key order, with a CHECK behind it.

Lock what you use up, as late as possible, once, in id order. What comes free of a bucket that
somebody waits for is kept for them in the same statement, and is a step of the stream of returns.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from bookings.contracts import Demand
from bookings.inventory.models import Bucket
from kernel.errors import Refusal
from kernel.postgres.prepared import Prepared


class BelowTaken(Refusal):
    """The new capacity is smaller than what is already taken."""

    code = "below_taken"
    message = _("%(taken)s are already taken, so the capacity cannot be %(capacity)s.")


@dataclass(frozen=True, slots=True)
class BucketSpec:
    """A bucket to be made: its key, its region, how many units it holds."""

    key: str
    region_id: int
    capacity: int


@dataclass(frozen=True, slots=True)
class Shortage:
    """Why a group of demands did not fit: the first bucket without room, and what is left in it."""

    bucket_id: int
    wanted: int
    left: int


_SHAPE = """
    INSERT INTO bookings_inventory_bucket (key, region_id, capacity, taken)
    SELECT s.key, s.region_id, s.capacity, 0
    FROM unnest(%s::text[], %s::bigint[], %s::int[]) AS s(key, region_id, capacity)
    ORDER BY s.key
    ON CONFLICT (key) DO NOTHING
"""

_FIT = """
    UPDATE bookings_inventory_bucket AS b SET capacity = greatest(n.capacity, b.taken)
    FROM unnest(%s::bigint[], %s::int[]) AS n(id, capacity)
    WHERE b.id = n.id AND b.capacity <> greatest(n.capacity, b.taken) AND NOT b.is_awaited
"""

LOCK = """
    SELECT id, capacity - taken - kept FROM bookings_inventory_bucket
    WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE
"""

NOTE_FREED = """
    INSERT INTO bookings_inventory_return (region_id, units, given_at)
    SELECT region_id, jsonb_object_agg(id, units), %s FROM moved
    WHERE is_awaited AND units > 0 GROUP BY region_id ORDER BY region_id
"""
"""The step of the stream; ``moved`` has how many units of which bucket came free."""

_MOVE = f"""
    WITH moved AS (
        UPDATE bookings_inventory_bucket AS b SET taken = b.taken + m.units,
            kept = b.kept + CASE WHEN b.is_awaited AND m.units < 0 THEN -m.units ELSE 0 END
        FROM unnest(%s::bigint[], %s::int[]) AS m(id, units) WHERE b.id = m.id
        RETURNING b.id, b.region_id, b.is_awaited, -m.units AS units
    )
{NOTE_FREED}"""  # noqa: S608 - a constant

_RESHAPE = f"""
    WITH was AS MATERIALIZED (
        SELECT id, capacity FROM bookings_inventory_bucket
        WHERE id = %s AND taken <= %s FOR NO KEY UPDATE
    ), moved AS (
        UPDATE bookings_inventory_bucket AS b SET capacity = %s, kept = CASE
            WHEN b.is_awaited AND %s > was.capacity THEN b.kept + %s - was.capacity
            ELSE least(b.kept, %s - b.taken) END
        FROM was WHERE b.id = was.id AND b.taken <= %s
        RETURNING b.id, b.region_id, b.is_awaited, b.capacity - was.capacity AS units
    ), noted AS (
{NOTE_FREED}    )
    SELECT id FROM moved
"""  # noqa: S608 - a constant


_GROW = """
    WITH locked AS MATERIALIZED (
        SELECT id, capacity - taken - kept AS room FROM bookings_inventory_bucket
        WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE
    )
    UPDATE bookings_inventory_bucket AS b
    SET capacity = b.capacity + greatest(m.units, -locked.room)
    FROM unnest(%s::bigint[], %s::int[]) AS m(id, units) JOIN locked USING (id)
    WHERE b.id = m.id RETURNING b.id, greatest(m.units, -locked.room)
"""


def _take_sql(name: str, *, room: str, kept: str) -> Prepared:
    """Locks in id order; where all of it fits, it is moved at once."""
    return Prepared(
        name,
        ("bigint[]", "int[]", "bigint[]"),
        f"""
        WITH want AS MATERIALIZED (
            SELECT * FROM unnest(%s::bigint[], %s::int[]) AS w(id, units)
        ), locked AS MATERIALIZED (
            SELECT id, {room} AS room FROM bookings_inventory_bucket
            WHERE id = ANY(%s) ORDER BY id FOR NO KEY UPDATE
        ), moved AS (
            UPDATE bookings_inventory_bucket AS b SET taken = b.taken + want.units {kept}
            FROM want WHERE b.id = want.id AND NOT EXISTS (
                SELECT FROM want LEFT JOIN locked USING (id) WHERE want.units > coalesce(room, 0)
            ) RETURNING b.id
        )
        SELECT id, room, EXISTS (SELECT FROM moved) FROM locked
        """,  # noqa: S608 - constants
    )


_KEPT_FIRST = ", kept = b.kept - least(b.kept, {units})"
_TAKE = _take_sql("take_units", room="capacity - taken - kept", kept="")
_TAKE_KEPT = _take_sql(
    "take_kept_units", room="capacity - taken", kept=_KEPT_FIRST.format(units="want.units")
)
_TAKE_SOME = """
    UPDATE bookings_inventory_bucket AS b SET taken = b.taken + m.units {kept}
    FROM unnest(%s::bigint[], %s::int[]) AS m(id, units) WHERE b.id = m.id
"""


def shape(specs: Sequence[BucketSpec]) -> dict[str, int]:
    """Make the buckets that do not exist yet; return id per key. Existing ones stay as they are."""
    if not specs:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(
            _SHAPE,
            [[s.key for s in specs], [s.region_id for s in specs], [s.capacity for s in specs]],
        )
        cursor.execute(
            "SELECT key, id FROM bookings_inventory_bucket WHERE key = ANY(%s)",
            [[s.key for s in specs]],
        )
        return dict(cursor.fetchall())


def shape_limits(specs: Sequence[BucketSpec]) -> dict[str, int]:
    """``shape``, and existing ones get the capacity asked for, though never less than is taken."""
    ids = shape(specs)
    with connection.cursor() as cursor:
        cursor.execute(_FIT, [[ids[s.key] for s in specs], [s.capacity for s in specs]])
    return ids


def reshape(*, bucket_id: int, capacity: int, at: datetime) -> None:
    """Change a bucket's capacity. What is new of an awaited one is for those who wait.

    :raises BelowTaken: the new capacity is below what is taken; nothing has changed.
    """
    with connection.cursor() as cursor:
        cursor.execute(_RESHAPE, [bucket_id, *[capacity] * 6, at])
        is_changed = cursor.fetchone() is not None
    if not is_changed:
        taken = Bucket.objects.values_list("taken", flat=True).get(id=bucket_id)
        raise BelowTaken(field="capacity", taken=taken, capacity=capacity)


def grow(units: Mapping[int, int]) -> dict[int, int]:
    """Change capacities by so many units, above or below zero; by how many it was, per bucket id.

    Where fewer are free than should go, those go. Nobody waits for such buckets. One statement.
    """
    if not units:
        return {}
    ids = sorted(units)
    with connection.cursor() as cursor:
        cursor.execute(_GROW, [ids, ids, [units[bucket_id] for bucket_id in ids]])
        return dict(cursor.fetchall())


def take(
    groups: Sequence[Sequence[Demand]], *, with_kept: bool = False, in_sequence: bool = False
) -> list[Shortage | None]:
    """Take units for several groups, decided one after the other in the given order.

    Each group is taken whole or not at all; the answer has one entry per group, None where it was
    taken. Runs inside the caller's transaction and should be its last step: the buckets stay
    locked until the commit. Locks once, in id order. Where everybody fits, the same statement moves
    all counts; otherwise one UPDATE moves those of the groups that fit. ``with_kept``: it is for those
    who wait, who get what is kept first. ``in_sequence``: behind the first group that does not fit
    nothing is taken.
    """
    wanted = _together(demand for group in groups for demand in group)
    if not wanted:
        return [None] * len(groups)
    with connection.cursor() as cursor:
        ids = list(wanted)
        statement = _TAKE_KEPT if with_kept else _TAKE
        statement.execute(cursor, [ids, list(wanted.values()), ids])
        rows = cursor.fetchall()
        if rows and rows[0][2]:
            return [None] * len(groups)
        room, moved = {bucket_id: left for bucket_id, left, _all in rows}, dict[int, int]()
        answers = list[Shortage | None]()
        for group in groups:
            is_over = in_sequence and bool(answers) and answers[-1] is not None
            answers.append(answers[-1] if is_over else _decide(group, room, moved))
        if moved:
            kept = _KEPT_FIRST.format(units="m.units") if with_kept else ""
            cursor.execute(_TAKE_SOME.format(kept=kept), [list(moved), list(moved.values())])
    return answers


def _decide(
    group: Sequence[Demand], room: dict[int, int], moved: dict[int, int]
) -> Shortage | None:
    wanted = _together(group)
    for bucket_id, units in wanted.items():
        left = room.get(bucket_id, 0)
        if left < units:
            return Shortage(bucket_id, units, left)
    for bucket_id, units in wanted.items():
        room[bucket_id] -= units
        moved[bucket_id] = moved.get(bucket_id, 0) + units
    return None


def _together(demands: Iterable[Demand]) -> dict[int, int]:
    units: dict[int, int] = {}
    for demand in demands:
        units[demand.bucket_id] = units.get(demand.bucket_id, 0) + demand.units
    return units


def give_back(demands: Iterable[Demand], *, at: datetime) -> None:
    """Free units. The rows are locked in id order, so that two givers never deadlock with a taker."""
    units = _together(demands)
    if not units:
        return
    ordered = sorted(units)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(LOCK, [ordered])
        cursor.execute(_MOVE, [ordered, [-units[bucket_id] for bucket_id in ordered], at])


def swap(*, give: Iterable[Demand], want: Iterable[Demand], at: datetime) -> Shortage | None:
    """Exchange units in one step: what is given is free for what is wanted. None where it was done."""
    net = {bucket_id: -units for bucket_id, units in _together(give).items()}
    for bucket_id, units in _together(want).items():
        net[bucket_id] = net.get(bucket_id, 0) + units
    ordered = sorted(net)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(LOCK, [ordered])
        room = dict(cursor.fetchall())
        for bucket_id in ordered:
            if net[bucket_id] > room.get(bucket_id, 0):
                return Shortage(bucket_id, net[bucket_id], room.get(bucket_id, 0))
        cursor.execute(_MOVE, [ordered, [net[bucket_id] for bucket_id in ordered], at])
    return None
