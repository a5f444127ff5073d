"""Reminders look for what has not been used by its day: an index made while gates scan."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("bookings_vouchers", "0001_initial")]

    operations = [
        AddIndexConcurrently(
            model_name="voucher",
            index=models.Index(
                condition=models.Q(("entries_used", 0), ("state", "ACTIVE")),
                fields=["valid_from"],
                name="bookings_vouchers_to_come",
            ),
        ),
    ]
