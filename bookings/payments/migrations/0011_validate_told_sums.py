from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = (("bookings_payments", "0010_told_sums"),)
    operations = (ValidateConstraint("attempt", "bookings_payments_attempt_told_not_negative"),)
