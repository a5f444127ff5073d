"""What comes back to a balance is never below zero. 0005 looks through the old rows beside the traffic."""

from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = (("bookings_balance", "0003_validate_owed"),)
    operations = (
        AddConstraintNotValid(
            "return",
            models.CheckConstraint(
                condition=models.Q(("paid_fen__gte", 0), ("bonus_fen__gte", 0)),
                name="bookings_balance_return_sums",
            ),
        ),
    )
