"""What a provider tells is never below zero. 0011 looks through the old rows beside the traffic."""

from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = (("bookings_payments", "0009_purposes_that_are_paid"),)
    operations = (
        AddConstraintNotValid(
            "attempt",
            models.CheckConstraint(
                condition=models.Q(
                    ("authorised_fen__gte", 0),
                    ("told_refunded_fen__gte", 0),
                    ("disputed_fen__gte", 0),
                ),
                name="bookings_payments_attempt_told_not_negative",
            ),
        ),
    )
