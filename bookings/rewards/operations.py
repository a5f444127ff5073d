"""What use has earned: read from the books, set-based, and handed to points and referrals as it stands.

A journey (an order with all that was added to it or that it was changed into) earns for what was used
of it, and for no more than the buyer has still paid. See docs/algorithms/points.md.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Q
from django.db.models.functions import Coalesce

from bookings.orders.models import Order
from bookings.points import operations as points
from bookings.points import queries as points_of
from bookings.referrals import operations as referrals

BATCH = 1_000
"""Journeys of one transaction."""

LOOK_BACK = timedelta(days=400)
"""How old a journey is at most that is looked at every night."""

_EARNED = """
    SELECT root.id, root.user_id, root.region_id, root.placed_at, root.via, root.contact_index,
        root.currency, used.at, greatest(0, least(coalesce(used.fen, 0), coalesce(money.fen, 0)))::bigint
    FROM bookings_orders_order AS root
    CROSS JOIN LATERAL (
        SELECT sum(each.fen) AS fen, max(each.at) AS at FROM (
            SELECT (part ->> 'price_fen')::bigint AS fen, e.at
            FROM bookings_orders_order AS o
            JOIN bookings_orders_line AS line ON line.order_id = o.id
            CROSS JOIN LATERAL jsonb_array_elements(line.parts) AS part
            JOIN bookings_ledger_entry AS e
                ON e.subject = 'order:' || o.id AND e.memo = 'used by the holder' AND regexp_replace(
                    e.key, ':again:[0-9]+$', ''
                ) = 'used:line:' || line.id || ':' || (part ->> 'key')
            WHERE (o.id = root.id OR o.parent_id = root.id) AND NOT EXISTS (
                SELECT 1 FROM bookings_ledger_entry AS undone WHERE undone.key = 'reversal:' || e.id
            )
            UNION ALL
            SELECT -p.amount_fen, e.at
            FROM bookings_orders_order AS o
            JOIN bookings_ledger_entry AS e ON e.subject = 'order:' || o.id AND e.memo = 'metered'
            JOIN bookings_ledger_posting AS p ON p.entry_id = e.id AND p.account LIKE 'revenue:%%'
            WHERE (o.id = root.id OR o.parent_id = root.id) AND NOT EXISTS (
                SELECT 1 FROM bookings_ledger_entry AS undone WHERE undone.key = 'reversal:' || e.id
            )
        ) AS each
    ) AS used
    CROSS JOIN LATERAL (
        SELECT sum(a.captured_fen - greatest(a.refunded_fen,
            least(a.told_refunded_fen, a.captured_fen),
            CASE WHEN a.dispute IN ('OPEN', 'LOST') THEN a.refunded_fen + a.disputed_fen ELSE 0 END
        )) AS fen
        FROM bookings_orders_order AS o
        JOIN bookings_payments_attempt AS a ON a.order_id = o.id
        WHERE (o.id = root.id OR o.parent_id = root.id) AND a.purpose IN ('ORDER', 'SHARE', 'REST')
    ) AS money
    WHERE root.id = ANY(%s) AND (root.user_id IS NOT NULL OR root.via <> '')
    ORDER BY root.id
"""
"""Who has used how much of each journey, in fen, and when last: as far as the buyer has paid for it."""


@dataclass(frozen=True, slots=True)
class _Journey:
    """What was used of a journey and paid for, in fen; see ``_EARNED``."""

    order_id: int
    user_id: int | None
    region_id: int
    placed_at: datetime
    via: str
    contact_index: str
    currency: str
    used_at: datetime | None
    fen: int


def take_up(order_ids: Collection[int], *, at: datetime) -> int:
    """Give, or take back, what the journeys of these orders have earned; how many moved.

    Points to buyers with an account, commission to who has recommended. Repeating it changes nothing.
    """
    roots = Order.objects.filter(pk__in=order_ids)
    ids = sorted(set(roots.values_list(Coalesce("parent_id", "pk"), flat=True)))
    with transaction.atomic():
        _one_at_a_time(ids)
        found = _read(ids)
        earned = [each for journey in found if (each := _earned(journey, at)) is not None]
        used = [_used(journey) for journey in found if journey.via]
        return points.earn(earned, at=at) + referrals.book(used, at=at)


def take_up_all(*, at: datetime) -> int:
    """The same for every journey of the last year or so: what no event has told, such as a correction
    in the books."""
    return sum(take_up(ids, at=at) for ids in _recent(at - LOOK_BACK))


def _one_at_a_time(order_ids: Sequence[int]) -> None:
    """Who has read a journey earlier books it earlier: otherwise what is old would be booked over what
    is new. The ids are sorted; no row is locked that a buyer or a gate waits for."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_advisory_xact_lock(hashtextextended('rewards:' || id, 0))"
            " FROM unnest(%s::bigint[]) AS id",
            [list(order_ids)],
        )


def _read(order_ids: Sequence[int]) -> list[_Journey]:
    with connection.cursor() as cursor:
        cursor.execute(_EARNED, [list(order_ids)])
        return [_Journey(*row) for row in cursor.fetchall()]


def _earned(journey: _Journey, at: datetime) -> points.Earned | None:
    """By the rules that held when it was bought; None: a guest, or the region had none."""
    scheme = points_of.scheme_at(journey.region_id, journey.placed_at)
    if scheme is None or journey.user_id is None:
        return None
    return points.Earned(
        order_id=journey.order_id,
        holder=f"user:{journey.user_id}",
        region_id=journey.region_id,
        points=journey.fen * scheme.earned // 100,
        expires_at=scheme.expires_at(journey.used_at or at),
    )


def _used(journey: _Journey) -> referrals.Used:
    return referrals.Used(
        order_id=journey.order_id,
        via=journey.via,
        user_id=journey.user_id,
        contact_index=journey.contact_index,
        region_id=journey.region_id,
        currency=journey.currency,
        placed_at=journey.placed_at,
        base_fen=journey.fen,
    )


def _recent(since: datetime) -> Iterator[list[int]]:
    rewarded = Q(user_id__isnull=False) | ~Q(via="")
    rows = Order.objects.filter(rewarded, paid_at__gte=since, parent__isnull=True).order_by("pk")
    after = 0
    while ids := list(rows.filter(pk__gt=after).values_list("pk", flat=True)[:BATCH]):
        yield ids
        after = ids[-1]
