"""Each direction that has stops becomes a pattern, minutes become seconds."""

from django.db import migrations

_PATTERNS = """
    INSERT INTO transport_lines_pattern
        (line_id, slug, direction, headsign_zh, headsign_en, ride_fares_fen, loaded_digest)
    SELECT DISTINCT line_id, lower(direction), direction, '', '', '{}'::int[], ''
    FROM (
        SELECT line_id, direction FROM transport_lines_linestop
        UNION SELECT line_id, direction FROM transport_lines_timetabletrip
    ) AS ways
    ON CONFLICT DO NOTHING
"""

_STOPS = """
    INSERT INTO transport_lines_patternstop
        (pattern_id, seq, place_id, arrives_s, departs_s, metres, fare_fen, may_board, may_alight,
         loaded_digest)
    SELECT p.id, s.seq, s.place_id, s.minute * 60, s.minute * 60, s.metres, s.fare_fen, true, true, ''
    FROM transport_lines_linestop AS s
    JOIN transport_lines_pattern AS p ON p.line_id = s.line_id AND p.direction = s.direction
    ON CONFLICT DO NOTHING
"""

_TRIPS = """
    UPDATE transport_lines_timetabletrip AS t
    SET pattern_id = p.id, departs_s = t.departs_min * 60, loaded_digest = ''
    FROM transport_lines_pattern AS p
    WHERE p.line_id = t.line_id AND p.direction = t.direction AND t.pattern_id IS NULL
"""

_RUNS = """
    UPDATE transport_lines_run AS r SET pattern_id = t.pattern_id
    FROM transport_lines_timetabletrip AS t WHERE t.id = r.trip_id AND r.pattern_id IS NULL
"""


class Migration(migrations.Migration):
    dependencies = [("transport_lines", "0003_patterns")]

    operations = [
        migrations.RunSQL(statement, migrations.RunSQL.noop)
        for statement in (_PATTERNS, _STOPS, _TRIPS, _RUNS)
    ]
