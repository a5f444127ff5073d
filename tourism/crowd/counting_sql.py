"""The statements that count: the day's passages into slices, and slices into an area's sums."""

RECOUNT = """
    WITH counted AS MATERIALIZED (
        SELECT zone, door, date_bin('5 minutes', at, '2001-01-01T00:00:00Z') AS starts_at,
            count(*) FILTER (WHERE direction = 'IN') AS entries,
            count(*) FILTER (WHERE direction = 'OUT') AS exits
        FROM ({passages}) AS passage GROUP BY 1, 2, 3
    ), emptied AS (
        UPDATE tourism_crowd_flow AS f SET entries = 0, exits = 0
        WHERE region_id = %(region)s AND starts_at >= %(first)s AND starts_at < %(last)s
            AND (entries > 0 OR exits > 0) AND NOT EXISTS (
                SELECT 1 FROM counted AS c
                WHERE (c.zone, c.starts_at, c.door) = (f.zone, f.starts_at, f.door)
            )
        RETURNING 1
    ), moved AS (
        INSERT INTO tourism_crowd_flow AS f (region_id, zone, door, starts_at, entries, exits)
        SELECT %(region)s, zone, door, starts_at, entries, exits FROM counted
        ORDER BY zone, starts_at, door
        ON CONFLICT (zone, starts_at, door)
        DO UPDATE SET entries = EXCLUDED.entries, exits = EXCLUDED.exits
        WHERE (f.entries, f.exits) IS DISTINCT FROM (EXCLUDED.entries, EXCLUDED.exits)
        RETURNING 1
    )
    SELECT (SELECT count(*) FROM emptied) + (SELECT count(*) FROM moved)
"""

SUMS = """
    WITH asked AS (
        SELECT a.id, 'area:' || a.id AS zone, coalesce(w.stay_min, a.stay_min) AS stay_min,
            date_trunc('day', %(at)s AT TIME ZONE r.timezone) AT TIME ZONE r.timezone AS begins
        FROM tourism_areas_scenicarea AS a
        JOIN kernel_places_region AS r ON r.id = a.region_id
        LEFT JOIN tourism_crowd_watch AS w ON w.area_id = a.id
        WHERE a.id = ANY(%(areas)s)
    )
    SELECT asked.id, f.entries, f.exits, f.old, c.set_right, c.old_set_right
    FROM asked CROSS JOIN LATERAL (
        SELECT coalesce(sum(entries), 0)::int AS entries, coalesce(sum(exits), 0)::int AS exits,
            coalesce(sum(entries) FILTER (
                WHERE starts_at < %(at)s - make_interval(mins => stay_min)
            ), 0)::int AS old
        FROM tourism_crowd_flow
        WHERE zone = asked.zone AND starts_at >= begins AND starts_at <= %(at)s
    ) AS f CROSS JOIN LATERAL (
        SELECT coalesce(sum(delta), 0)::int AS set_right,
            coalesce(sum(delta) FILTER (
                WHERE at < %(at)s - make_interval(mins => stay_min)
            ), 0)::int AS old_set_right
        FROM tourism_crowd_correction
        WHERE area_id = asked.id AND at >= begins AND at <= %(at)s
    ) AS c
"""
