"""Discounts = counts = ledger."""

from collections.abc import Sequence
from datetime import datetime

from bookings.invariants.money import TWO_LEGS
from bookings.invariants.stock import HOLDING_STATES
from kernel.invariants import rows, rule

_STANDING = """
    SELECT l.id, l.order_id, discount
    FROM bookings_orders_line AS l CROSS JOIN LATERAL jsonb_array_elements(l.parts) AS part
    CROSS JOIN LATERAL jsonb_array_elements(part -> 'discounts') AS discount
    WHERE l.state IN STATES AND NOT l.cancelled_parts ? (part ->> 'key')
"""
"""The discounts of parts that are held or sold and were not given back."""


def _plant(discount: str) -> str:
    """A discount that nothing is counted for, at a part that is delivered."""
    return f"""
    UPDATE bookings_orders_line
    SET parts = jsonb_set(parts, '{{0,discounts}}', '[{{"code": "breach", {discount}}}]')
    WHERE id = (
        SELECT min(id) FROM bookings_orders_line
        WHERE state = 'CONFIRMED' AND cancelled_parts = '[]'::jsonb
    )
    """  # noqa: S608 - a constant


@rule(
    "budget-equals-discounts",
    breach=f"""
    INSERT INTO bookings_inventory_bucket (id, key, region_id, capacity, taken)
    VALUES (-1, 'breach', 0, 9, 0);
    INSERT INTO bookings_campaigns_campaign (region_id, name_zh, name_en, kinds, refs, reach, effect,
        amount_fen, permille, tiers, repeats, threshold_fen, step, "group", is_alone,
        supplier_permille, funder, is_real_name, uses, period, budget_fen, starts_at, ends_at, state,
        budget_bucket_id)
    VALUES (0, 'breach', '', '', '', 'COUPON', 'AMOUNT', 1, 0, '', FALSE, 0, 0, '', FALSE, 0, '',
        FALSE, 1, 'ONCE', 9, %(at)s, %(at)s + interval '1 day', 'PUBLISHED', -1);
    {_plant('"fen": 1, "payer": "SUPPLIER", "buckets": [], "budget_id": -1')}
    """,  # noqa: S608 - a constant
)
def budget_equals_discounts(at: datetime) -> Sequence[str]:
    """What is spent of a campaign's budget is what its coupons take off parts that stand."""
    standing = _STANDING.replace("STATES", HOLDING_STATES)
    return rows(
        f"""
        SELECT c.id AS campaign, b.taken AS spent_fen, coalesce(d.fen, 0) AS discounts_fen
        FROM bookings_campaigns_campaign AS c
        JOIN bookings_inventory_bucket AS b ON b.id = c.budget_bucket_id
        LEFT JOIN (
            SELECT (discount ->> 'budget_id')::bigint AS bucket_id, sum((discount ->> 'fen')::bigint) AS fen
            FROM ({standing}) AS each WHERE discount ->> 'budget_id' IS NOT NULL GROUP BY 1
        ) AS d ON d.bucket_id = b.id
        WHERE b.taken <> coalesce(d.fen, 0)
        """  # noqa: S608 - a constant
    )


@rule("promotion-equals-discounts", breach=TWO_LEGS.replace("PLACE", "promotion"))
def promotion_equals_discounts(at: datetime) -> Sequence[str]:
    """Where nothing of an order was cancelled, the platform has paid its discounts on what is delivered."""
    delivered = _STANDING.replace("STATES", "('CONFIRMED', 'USED')")
    return rows(
        f"""
        SELECT coalesce(d.subject, l.subject) AS subject, coalesce(d.fen, 0) AS discounts_fen,
            coalesce(l.fen, 0) AS ledger_fen
        FROM (
            SELECT 'order:' || order_id AS subject, sum((discount ->> 'fen')::bigint) AS fen
            FROM ({delivered}) AS each WHERE discount ->> 'payer' = 'PLATFORM' GROUP BY order_id
        ) AS d
        FULL JOIN (
            SELECT e.subject, sum(p.amount_fen) AS fen FROM bookings_ledger_entry AS e
            JOIN bookings_ledger_posting AS p ON p.entry_id = e.id
            WHERE p.account LIKE 'promotion:%%' GROUP BY e.subject
        ) AS l ON l.subject = d.subject
        WHERE coalesce(d.fen, 0) <> coalesce(l.fen, 0) AND NOT EXISTS (
            SELECT 1 FROM bookings_orders_line AS line
            WHERE 'order:' || line.order_id = coalesce(d.subject, l.subject)
                AND line.cancelled_parts <> '[]'::jsonb
        )
        """  # noqa: S608 - a constant
    )


@rule(
    "coupon-is-held-once",
    breach=_plant('"fen": 0, "payer": "SUPPLIER", "buckets": [0], "budget_id": null'),
)
def coupon_is_held_once(at: datetime) -> Sequence[str]:
    """An order holds each coupon that makes it cheaper, once, as long as that stands."""
    standing = _STANDING.replace("STATES", HOLDING_STATES)
    return rows(
        f"""
        SELECT DISTINCT each.order_id AS "order", bucket, coalesce(h.units, 0) AS held
        FROM ({standing}) AS each
        CROSS JOIN LATERAL jsonb_array_elements_text(discount -> 'buckets') AS bucket
        LEFT JOIN LATERAL (
            SELECT sum(h.units - h.released) AS units FROM bookings_orders_hold AS h
            JOIN bookings_orders_line AS l ON l.id = h.line_id
            WHERE l.order_id = each.order_id AND h.bucket_id = bucket::bigint
        ) AS h ON TRUE
        WHERE coalesce(h.units, 0) <> 1
        """  # noqa: S608 - a constant
    )
