from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = (("bookings_balance", "0004_sums_of_returns"),)
    operations = (ValidateConstraint("return", "bookings_balance_return_sums"),)
