"""What must hold of the waiting list."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from kernel.invariants import GRACE, rows, rule

_KEPT_FOR = timedelta(minutes=20)

_ENTRY = """
    INSERT INTO bookings_waitlist_entry (
        id, region_id, organisation_id, actor, request_key, kind, party, owners, size, limit_fen, pay_by,
        language, contact_sealed, contact_masked, state, pay_trouble, joined_at
    ) VALUES (
        0, 0, 0, 'breach', 'breach', 'breach', '[]', '[]', 1, 0, '', 'en', '', '', '{state}', '', %(at)s
    );
"""
_WISH = """
    INSERT INTO bookings_waitlist_wish (
        id, entry_id, position, ref, title, subtitle, starts_at, ends_at, total_fen, buckets
    ) VALUES (
        0, 0, 0, 'breach', '{}', '{}', %(at)s + interval '1 day', %(at)s + interval '1 day', 0, '[]'
    );
"""
_BUCKET = """
    INSERT INTO bookings_inventory_bucket (id, key, region_id, capacity, taken, is_awaited)
    VALUES (0, 'breach', 0, 1, 0, {awaited});
"""
_PLACE = """
    INSERT INTO bookings_waitlist_place (entry_id, wish_id, bucket_id, units, since)
    VALUES (0, 0, 0, 1, %(at)s - interval '1 hour');
"""
_SERVED = """
    INSERT INTO bookings_waitlist_decision (
        region_id, return_id, bucket_id, free, outcome, entry_id, units, reason, words, at
    ) VALUES (0, 0, 0, 1, 'SERVED', 1, 1, '', '', %(at)s);
"""
_WAITER = """
    INSERT INTO bookings_waitlist_waiter (entry_id, scope, identity) VALUES (0, 'breach', 'breach');
"""
_HANDOVER = """
    INSERT INTO bookings_waitlist_handover (
        line_id, part_key, region_id, organisation_id, actor, units, refund_fen, fee_fen, state,
        entry_id, offered_at, ended_at
    ) VALUES (
        0, 'breach', 0, 0, 'breach', '{{}}', 1, 0, '{state}', {entry}, %(at)s - interval '1 day', {ended}
    );
"""


@rule(
    "nobody-is-passed-over-in-silence",
    breach="".join(
        (_ENTRY.format(state="WAITING"), _WISH, _BUCKET.format(awaited="true"), _PLACE, _SERVED)
    ),
)
def nobody_is_passed_over_in_silence(at: datetime) -> Sequence[str]:
    """Whoever was before a winner in a line and would have fitted has a decision that says why not."""
    return rows(
        """
        SELECT d.id AS decision, d.entry_id AS served, p.entry_id AS passed
        FROM bookings_waitlist_decision AS d
        JOIN bookings_waitlist_place AS p ON p.bucket_id = d.bucket_id
            AND p.entry_id < d.entry_id AND p.units <= d.free AND p.since <= d.at
        JOIN bookings_waitlist_entry AS e ON e.id = p.entry_id AND e.state = 'WAITING'
        WHERE d.outcome = 'SERVED' AND NOT EXISTS (
            SELECT FROM bookings_waitlist_decision AS why
            WHERE why.outcome = 'PASSED' AND why.return_id = d.return_id
              AND why.wish_id = p.wish_id
        )
        """
    )


@rule(
    "place-in-an-awaited-line",
    breach=_ENTRY.format(state="WAITING") + _WISH + _BUCKET.format(awaited="false") + _PLACE,
)
def place_in_an_awaited_line(at: datetime) -> Sequence[str]:
    """Who stands in a line waits, and what comes free of that bucket is kept."""
    return rows(
        """
        SELECT p.id AS place, p.bucket_id AS bucket, e.state FROM bookings_waitlist_place AS p
        JOIN bookings_waitlist_entry AS e ON e.id = p.entry_id
        LEFT JOIN bookings_inventory_bucket AS b ON b.id = p.bucket_id
        WHERE e.state NOT IN ('WAITING', 'SERVING') OR NOT coalesce(b.is_awaited, false)
        """
    )


@rule(
    "kept-is-handed-out-or-opened",
    breach="""
    INSERT INTO bookings_inventory_bucket (key, region_id, capacity, taken, kept, is_awaited)
    VALUES ('breach', 0, 1, 0, 1, true)
    """,
)
def kept_is_handed_out_or_opened(at: datetime) -> Sequence[str]:
    """Nothing is kept longer than for those who wait: it is theirs, or it is sold openly."""
    return rows(
        """
        SELECT b.id AS bucket, b.kept, recent.units FROM bookings_inventory_bucket AS b
        CROSS JOIN LATERAL (
            SELECT coalesce(sum((r.units ->> b.id::text)::int), 0) AS units
            FROM bookings_inventory_return AS r
            WHERE r.region_id = b.region_id AND r.units ? b.id::text AND r.given_at > %s
        ) AS recent
        WHERE b.is_awaited AND b.kept > recent.units
        """,
        at - _KEPT_FOR - GRACE,
    )


@rule(
    "what-was-won-ends",
    breach=_ENTRY.format(state="SERVING").replace("%(at)s", "%(at)s - interval '1 day'"),
)
def what_was_won_ends(at: datetime) -> Sequence[str]:
    """An entry that is being served is served; what was won is paid, or goes on to the next."""
    return rows(
        """
        SELECT e.id AS entry, e.state, o.due_at, o.paid_at FROM bookings_waitlist_entry AS e
        LEFT JOIN bookings_orders_order AS o ON o.id = e.order_id
        WHERE (e.state = 'OFFERED' AND least(o.due_at, o.paid_at) < %s)
           OR (e.state = 'SERVING' AND o.id IS NULL AND e.joined_at < %s AND NOT EXISTS (
               SELECT FROM bookings_waitlist_decision AS d
               WHERE d.entry_id = e.id AND d.outcome = 'SERVED' AND d.at > %s))
        """,
        at - GRACE,
        at - GRACE,
        at - GRACE,
    )


@rule(
    "waiter-of-a-living-entry",
    breach="".join((_ENTRY.format(state="LEFT"), _WAITER)),
)
def waiter_of_a_living_entry(at: datetime) -> Sequence[str]:
    """Nobody is kept from joining by an entry that is over."""
    return rows(
        "SELECT w.id AS waiter, e.state FROM bookings_waitlist_waiter AS w"
        " JOIN bookings_waitlist_entry AS e ON e.id = w.entry_id"
        " WHERE e.state NOT IN ('WAITING', 'SERVING', 'OFFERED')"
    )


@rule("taken-is-given-up", breach=_HANDOVER.format(state="TAKEN", entry="0", ended="%(at)s"))
def taken_is_given_up(at: datetime) -> Sequence[str]:
    """What the list took of a buyer is cancelled for the sum that was promised, and its code is dead."""
    return rows(
        """
        SELECT h.id AS handover, h.refund_fen, c.refund_fen AS came_back
        FROM bookings_waitlist_handover AS h LEFT JOIN bookings_refunds_cancelledpart AS c
            ON c.line_id = h.line_id AND c.part_key = h.part_key
        WHERE h.state = 'TAKEN' AND (c.refund_fen IS DISTINCT FROM h.refund_fen OR EXISTS (
            SELECT FROM bookings_vouchers_voucher AS v
            WHERE v.line_id = h.line_id AND v.part_key = h.part_key AND v.state <> 'VOIDED'))
        """
    )


@rule(
    "handed-on-is-still-to-come",
    breach=_HANDOVER.format(state="OPEN", entry="NULL", ended="NULL"),
)
def handed_on_is_still_to_come(at: datetime) -> Sequence[str]:
    """What is offered to the list can be taken: nothing that has begun or is gone stays offered."""
    return rows(
        """
        SELECT h.id AS handover, l.state, l.starts_at FROM bookings_waitlist_handover AS h
        LEFT JOIN bookings_orders_line AS l ON l.id = h.line_id
        WHERE h.state = 'OPEN' AND (l.id IS NULL OR l.starts_at < %s)
        """,
        at - GRACE,
    )
