from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("bookings_balance", "0002_taken_back"),
    ]

    operations = [
        ValidateConstraint("account", "bookings_balance_account_owed"),
    ]
