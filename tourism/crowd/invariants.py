"""What must hold of the live crowd."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from kernel.invariants import GRACE, rows, rule


@rule(
    "flow-of-todays-passages",
    breach="""
    INSERT INTO tourism_crowd_flow (region_id, zone, door, starts_at, entries, exits)
    SELECT id, 'area:0', 'breach', date_bin('5 minutes', %(at)s - interval '30 minutes',
        '2001-01-01T00:00:00Z'), 7, 0 FROM kernel_places_region ORDER BY id LIMIT 1
    """,
)
def flow_of_todays_passages(at: datetime) -> Sequence[str]:
    """No slice says more entries than were scanned in it; the last minutes may still be undone."""
    return rows(
        """
        SELECT f.id AS flow, f.zone, f.entries FROM tourism_crowd_flow AS f
        WHERE f.starts_at >= %s AND f.starts_at < %s AND f.entries > (
            SELECT count(*) FROM (
                SELECT zone, door, direction, at FROM bookings_vouchers_redemption
                UNION ALL SELECT zone, door, direction, at FROM bookings_vouchers_surplus
            ) AS r
            WHERE r.zone = f.zone AND r.door = f.door AND r.direction = 'IN'
                AND r.at >= f.starts_at AND r.at < f.starts_at + interval '5 minutes'
        )
        """,
        at - timedelta(hours=3),
        at - timedelta(minutes=20),
    )


@rule(
    "stop-is-carried-out",
    breach="""
    INSERT INTO tourism_crowd_stop (area_id, reason_zh, reason_en, starts_at, state, affected,
        needs_second, made_by, made_at, confirmed_by, ended_by)
    SELECT id, 'x', 'x', %(at)s - interval '1 hour', 'STANDING', 0, false, 'user:0',
        %(at)s - interval '1 hour', '', '' FROM tourism_areas_scenicarea ORDER BY id LIMIT 1
    """,
)
def stop_is_carried_out(at: datetime) -> Sequence[str]:
    """A stop that nobody has to confirm and nobody can undo any more has begun its work."""
    return rows(
        "SELECT id AS stop FROM tourism_crowd_stop WHERE state = 'STANDING'"
        " AND carried_out_at IS NULL AND (NOT needs_second OR confirmed_at IS NOT NULL)"
        " AND greatest(made_at, confirmed_at) < %s",
        at - 2 * GRACE,
    )


@rule(
    "stop-ends-in-its-time",
    breach="""
    INSERT INTO tourism_crowd_stop (area_id, reason_zh, reason_en, starts_at, until, state, affected,
        needs_second, made_by, made_at, carried_out_at, confirmed_by, ended_by)
    SELECT id, 'x', 'x', %(at)s - interval '2 hours', %(at)s - interval '1 hour', 'STANDING', 0, false,
        'user:0', %(at)s - interval '2 hours', %(at)s - interval '2 hours', '', ''
    FROM tourism_areas_scenicarea ORDER BY id LIMIT 1
    """,
)
def stop_ends_in_its_time(at: datetime) -> Sequence[str]:
    """What was shut until a time is open again soon after it."""
    return rows(
        "SELECT id AS stop FROM tourism_crowd_stop WHERE state = 'STANDING' AND until < %s",
        at - 2 * GRACE,
    )
