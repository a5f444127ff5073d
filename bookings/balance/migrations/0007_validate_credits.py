from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = (("bookings_balance", "0006_credits"),)
    operations = (ValidateConstraint("grant", "bookings_balance_grant_of_one"),)
