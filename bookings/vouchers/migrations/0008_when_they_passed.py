"""People inside are counted by when they passed: indexes made while gates scan."""

from django.contrib.postgres.indexes import BrinIndex
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations


class Migration(migrations.Migration):
    atomic = False
    dependencies = (("bookings_vouchers", "0007_counted_once"),)
    operations = (
        AddIndexConcurrently(
            "redemption",
            BrinIndex(fields=("at",), name="bookings_vouchers_passed_at", pages_per_range=32),
        ),
        AddIndexConcurrently(
            "surplus",
            BrinIndex(fields=("at",), name="bookings_vouchers_surplus_at", pages_per_range=32),
        ),
    )
