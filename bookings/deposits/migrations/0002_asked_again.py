"""When a payment service that was silent is asked again. What was on its way before is asked at once."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = (("bookings_deposits", "0001_initial"),)
    operations = (
        migrations.AddField(
            "deposit",
            "tries",
            models.PositiveIntegerField(db_default=0, default=0, verbose_name="tries"),
        ),
        migrations.AddField(
            "deposit",
            "next_at",
            models.DateTimeField(blank=True, null=True, verbose_name="asked again at"),
        ),
        migrations.RunSQL(
            "UPDATE bookings_deposits_deposit SET next_at = decided_at WHERE state = 'SETTLING'",
            migrations.RunSQL.noop,
        ),
        AddIndexConcurrently(
            "deposit",
            models.Index(
                fields=("next_at",),
                condition=models.Q(("state", "SETTLING")),
                name="bookings_deposits_settling",
            ),
        ),
    )
