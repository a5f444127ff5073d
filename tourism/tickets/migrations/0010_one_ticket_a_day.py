"""One admission a person and day: built beside the traffic, over what is still to come."""

from django.db import migrations, models

_NAME = "tourism_tickets_admission_day"
_BUILD = f"""
    CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS {_NAME}
    ON tourism_tickets_admission (day_id, document_index) WHERE day_id IS NOT NULL
"""
_FILL = """
    UPDATE tourism_tickets_admission AS a SET day_id = first.day_id FROM (
        SELECT DISTINCT ON (s.day_id, a.document_index) a.id, s.day_id
        FROM tourism_tickets_admission AS a
        JOIN tourism_tickets_slot AS s ON s.id = a.slot_id AND s.ends_at > now()
        ORDER BY s.day_id, a.document_index, a.id
    ) AS first
    WHERE a.id = first.id AND a.day_id IS NULL
"""
"""Who had two of a day before keeps both; only the first counts against a third."""


class Migration(migrations.Migration):
    atomic = False
    dependencies = (("tourism_tickets", "0009_products_of_an_area"),)
    operations = (
        migrations.SeparateDatabaseAndState(
            [migrations.RunSQL(_BUILD, f"DROP INDEX CONCURRENTLY IF EXISTS {_NAME}")],
            [
                migrations.AddConstraint(
                    "admission",
                    models.UniqueConstraint(
                        fields=("day_id", "document_index"),
                        condition=models.Q(day_id__isnull=False),
                        name=_NAME,
                    ),
                )
            ],
        ),
        migrations.RunSQL(_FILL, migrations.RunSQL.noop),
    )
