"""What must hold of shuttle rides."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from kernel.invariants import rows, rule
from transport.lines.models import Run
from transport.lines.operations.seats import plans_of


@rule(
    "boarding-of-a-living-line",
    breach="""
    INSERT INTO transport_lines_boarding (line_id, run_id, board_seq, alight_seq, riders)
    SELECT id, (facts ->> 'run_id')::bigint, 0, 1, 0 FROM bookings_orders_line
    WHERE kind = 'shuttle' AND state = 'LAPSED' ORDER BY id LIMIT 1
    """,
)
def boarding_of_a_living_line(at: datetime) -> Sequence[str]:
    """A sold ride has its boarding, and a ride that is gone has none."""
    return rows(
        """
        SELECT l.id AS line, l.state, b.id AS boarding FROM bookings_orders_line AS l
        LEFT JOIN transport_lines_boarding AS b ON b.line_id = l.id
        WHERE l.kind = 'shuttle' AND (
            (l.state IN ('HELD', 'PAID', 'AWAITING_SUPPLIER', 'CONFIRMED', 'USED') AND b.id IS NULL)
            OR (l.state IN ('LAPSED', 'REFUSED', 'CANCELLED') AND b.id IS NOT NULL)
        )
        """
    )


@rule(
    "segment-equals-riders",
    breach="""
    UPDATE transport_lines_boarding SET riders = riders + 1
    WHERE id = (SELECT min(id) FROM transport_lines_boarding)
    """,
)
def segment_equals_riders(at: datetime) -> Sequence[str]:
    """On every segment of a run, as many seats are taken as riders sit on it.

    Compared where either is anything: most runs of years were sold to nobody.
    """
    return rows(
        """
        WITH ridden AS (
            SELECT b.run_id, position, sum(b.riders) AS riders
            FROM transport_lines_boarding AS b
            CROSS JOIN LATERAL generate_series(b.board_seq + 1, b.alight_seq) AS position
            GROUP BY b.run_id, position
        ), counted AS (
            SELECT r.id AS run_id, s.position, k.taken FROM transport_lines_run AS r
            CROSS JOIN LATERAL unnest(r.segments) WITH ORDINALITY AS s(bucket_id, position)
            JOIN bookings_inventory_bucket AS k ON k.id = s.bucket_id AND k.taken <> 0
        )
        SELECT run_id AS run, position, coalesce(taken, 0) AS taken, coalesce(riders, 0) AS riders
        FROM counted FULL JOIN ridden USING (run_id, position)
        WHERE coalesce(taken, 0) <> coalesce(riders, 0)
        """
    )


@rule(
    "beside-equals-taken-along",
    breach="""
    UPDATE transport_lines_boarding SET bags = bags + 1
    WHERE id = (SELECT min(b.id) FROM transport_lines_boarding AS b)
    """,
)
def beside_equals_taken_along(at: datetime) -> Sequence[str]:
    """On every segment, as many laps and places for luggage are taken as were booked with the riders."""
    return rows(
        """
        SELECT r.id AS run, s.kind, s.position, coalesce(k.taken, 0) AS taken,
            coalesce(sum(CASE s.kind WHEN 'lap' THEN b.laps ELSE b.bags END), 0) AS along
        FROM transport_lines_run AS r
        CROSS JOIN LATERAL (
            SELECT kind, position, CASE kind WHEN 'lap' THEN r.lap_segments[position]
                ELSE r.luggage_segments[position] END AS bucket_id
            FROM unnest(ARRAY['lap', 'luggage']) AS kind,
                generate_series(1, cardinality(r.segments)) AS position
        ) AS s
        LEFT JOIN bookings_inventory_bucket AS k ON k.id = s.bucket_id
        LEFT JOIN transport_lines_boarding AS b
            ON b.run_id = r.id AND b.board_seq < s.position AND b.alight_seq >= s.position
        GROUP BY r.id, s.kind, s.position, k.taken
        HAVING coalesce(k.taken, 0)
            <> coalesce(sum(CASE s.kind WHEN 'lap' THEN b.laps ELSE b.bags END), 0)
        """
    )


@rule(
    "run-has-buckets",
    breach="""
    UPDATE transport_lines_run SET segments = segments || 0::bigint
    WHERE id = (SELECT min(id) FROM transport_lines_run)
    """,
)
def run_has_buckets(at: datetime) -> Sequence[str]:
    """Every segment of a run has its bucket, and what rides without a seat where it is counted."""
    return rows(
        """
        SELECT r.id AS run, s.bucket_id FROM transport_lines_run AS r
        CROSS JOIN LATERAL unnest(r.segments || r.lap_segments || r.luggage_segments)
            AS s(bucket_id)
        LEFT JOIN bookings_inventory_bucket AS b ON b.id = s.bucket_id
        WHERE b.id IS NULL
        """
    )


@rule(
    "chosen-seat-of-a-rider",
    breach="""
    INSERT INTO transport_lines_chosenseat (boarding_id, run_id, part_key, number, segment)
    SELECT id, run_id, 'p1', 1, alight_seq FROM transport_lines_boarding ORDER BY id LIMIT 1
    """,
)
def chosen_seat_of_a_rider(at: datetime) -> Sequence[str]:
    """Who has chosen a seat has it on every segment of the ride and on no other, on the same run."""
    return rows(
        """
        SELECT b.id AS boarding, c.number, count(*) AS segments, b.alight_seq - b.board_seq AS wanted
        FROM transport_lines_chosenseat AS c JOIN transport_lines_boarding AS b ON b.id = c.boarding_id
        GROUP BY b.id, c.part_key, c.number
        HAVING count(*) <> b.alight_seq - b.board_seq
            OR NOT bool_and(
                c.run_id = b.run_id AND c.segment >= b.board_seq AND c.segment < b.alight_seq
            )
        """
    )


@rule(
    "affected-ride-is-decided",
    breach="""
    INSERT INTO transport_lines_disruption
        (run_id, kind, delay_s, reason_zh, reason_en, has_choice, actor, made_at)
    SELECT run_id, 'CANCEL', 0, '', '', true, 'user:1', '2020-01-01'
    FROM transport_lines_boarding ORDER BY id LIMIT 1;
    INSERT INTO transport_lines_affectedride
        (disruption_id, line_id, part_keys, choice, on_silence, decide_by, credited_to)
    SELECT (SELECT max(id) FROM transport_lines_disruption), line_id, '[]', 'OPEN', 'REFUND',
        '2020-01-01', ''
    FROM transport_lines_boarding ORDER BY id LIMIT 1
    """,
)
def affected_ride_is_decided(at: datetime) -> Sequence[str]:
    """No rider of a disrupted run waits for what should be decided: five minutes after its time, it is."""
    return rows(
        """
        SELECT id, line_id AS line, choice, decide_by FROM transport_lines_affectedride
        WHERE ended_at IS NULL AND decide_by < %s AND (choice = 'OPEN' OR chosen_at < %s)
        """,
        *[at - timedelta(minutes=5)] * 2,
    )


@rule(
    "ride-at-the-time-of-its-run",
    breach="""
    WITH one AS (
        SELECT b.id, b.run_id FROM transport_lines_boarding AS b
        JOIN bookings_orders_line AS l ON l.id = b.line_id
        WHERE l.state IN ('HELD', 'PAID', 'AWAITING_SUPPLIER', 'CONFIRMED') ORDER BY b.id LIMIT 1
    ), quiet AS (
        UPDATE transport_lines_disruption SET made_at = '2020-01-01' WHERE run_id = (SELECT run_id FROM one)
    )
    UPDATE transport_lines_run
    SET state = 'SCHEDULED', moved_at = NULL, departs_at = '2100-01-01'
    WHERE id = (SELECT run_id FROM one)
    """,
)
def ride_at_the_time_of_its_run(at: datetime) -> Sequence[str]:
    """Who is still to ride was told when the run leaves and arrives now, ten minutes after it changed.

    Of runs that are to come: what a timetable says later of others is not what was ridden.
    """
    return rows(
        """
        SELECT b.run_id AS run, l.id AS line, l.starts_at, l.ends_at, r.departs_at, r.delay_s
        FROM transport_lines_run AS r
        JOIN transport_lines_boarding AS b ON b.run_id = r.id
        JOIN bookings_orders_line AS l ON l.id = b.line_id
            AND l.state IN ('HELD', 'PAID', 'AWAITING_SUPPLIER', 'CONFIRMED')
        CROSS JOIN LATERAL (
            SELECT departs_s FROM transport_lines_patternstop WHERE pattern_id = r.pattern_id
            ORDER BY seq OFFSET b.board_seq LIMIT 1
        ) AS f
        CROSS JOIN LATERAL (
            SELECT arrives_s FROM transport_lines_patternstop WHERE pattern_id = r.pattern_id
            ORDER BY seq OFFSET b.alight_seq LIMIT 1
        ) AS t
        WHERE r.departs_at > %s AND r.state = 'SCHEDULED'
            AND (l.starts_at, l.ends_at) IS DISTINCT FROM (
                r.departs_at + (r.delay_s + f.departs_s) * interval '1 second',
                r.departs_at + (r.delay_s + t.arrives_s) * interval '1 second'
            )
            AND (r.moved_at IS NULL OR r.moved_at <= %s) AND NOT EXISTS (
                SELECT FROM transport_lines_disruption AS d WHERE d.run_id = r.id AND d.made_at > %s
            )
        """,
        at,
        *[at - timedelta(minutes=10)] * 2,
    )


@rule(
    "everybody-is-seated",
    breach="""
    WITH one AS (SELECT * FROM transport_lines_boarding ORDER BY id LIMIT 1), marked AS (
        UPDATE transport_lines_run SET is_seated = true WHERE id = (SELECT run_id FROM one)
    )
    INSERT INTO transport_lines_chosenseat (boarding_id, run_id, part_key, number, segment)
    SELECT one.id, one.run_id, 'p1', 9999, s
    FROM one CROSS JOIN generate_series(one.board_seq, one.alight_seq - 1) AS s
    """,
)
def everybody_is_seated(at: datetime) -> Sequence[str]:
    """On runs on which seats are chosen, everybody can have one seat for the whole ride.

    Runs of the last day and those to come: they are worked out one by one.
    """
    seated = Run.objects.filter(is_seated=True, departs_at__gt=at - timedelta(days=1))
    runs = {run.pk: run for run in seated}
    plans = plans_of(runs) if runs else {}
    return [
        f"run {pk}: not everybody can be seated"
        for pk, p in plans.items()
        if not p.seats_all(p.seats)
    ]
