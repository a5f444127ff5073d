"""What must hold of the ways down."""

from collections.abc import Sequence
from datetime import datetime

from kernel.invariants import rows, rule


@rule(
    "threshold-has-its-bucket",
    breach="""
    WITH made AS (
        INSERT INTO portal_descent_mountain (
            loaded_digest, source, confidence, confirmed_by, name_zh, name_en, region_id,
            organisation_id, slug, stay_min, reserve, lead_min, bus_seats
        ) SELECT '', '', 'LOW', '', '山', 'Mountain', region_id, id, 'planted', 0, 0, 0, 1
        FROM accounts_organisations_organisation WHERE region_id IS NOT NULL ORDER BY id LIMIT 1
        RETURNING id
    )
    INSERT INTO portal_descent_threshold (mountain_id, date, from_at, bucket_id)
    SELECT id, '2001-01-01', '2001-01-01T00:00:00Z', 0 FROM made
    """,
)
def threshold_has_its_bucket(at: datetime) -> Sequence[str]:
    """Every threshold of a day counts in a bucket of its own."""
    return rows(
        """
        SELECT t.id AS threshold, t.bucket_id FROM portal_descent_threshold AS t
        LEFT JOIN bookings_inventory_bucket AS b
            ON b.id = t.bucket_id AND b.key LIKE 'portal.descent:' || t.mountain_id || ':%%'
        WHERE b.id IS NULL
        """
    )
