from django.contrib.postgres.indexes import BrinIndex
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations


class Migration(migrations.Migration):
    atomic = False
    dependencies = (("bookings_vouchers", "0002_to_come"),)
    operations = (
        AddIndexConcurrently(
            "voucher",
            BrinIndex(fields=("valid_until",), name="bookings_vouchers_until", pages_per_range=32),
        ),
    )
