"""One open attempt for each purpose at a provider: built beside the traffic, then the old rule goes."""

from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations, models

_NEW = "bookings_payments_attempt_one_open_purpose"
_BUILD = f"""
    CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS {_NEW}
    ON bookings_payments_attempt (order_id, purpose, purpose_id, provider) NULLS NOT DISTINCT
    WHERE state IN ('CREATED', 'PENDING')
"""


class Migration(migrations.Migration):
    atomic = False
    dependencies = (("bookings_payments", "0002_purposes"),)
    operations = (
        migrations.SeparateDatabaseAndState(
            [migrations.RunSQL(_BUILD, f"DROP INDEX CONCURRENTLY IF EXISTS {_NEW}")],
            [
                migrations.AddConstraint(
                    "attempt",
                    models.UniqueConstraint(
                        fields=("order", "purpose", "purpose_id", "provider"),
                        condition=models.Q(state__in=("CREATED", "PENDING")),
                        nulls_distinct=False,
                        name=_NEW,
                    ),
                )
            ],
        ),
        migrations.RemoveConstraint("attempt", "bookings_payments_attempt_one_open"),
        ValidateConstraint("attempt", "bookings_payments_attempt_captured_within_amount"),
        ValidateConstraint("attempt", "bookings_payments_attempt_has_its_order"),
    )
