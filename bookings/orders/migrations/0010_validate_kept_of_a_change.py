from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = (("bookings_orders", "0009_kept_of_a_change"),)
    operations = (ValidateConstraint("change", "bookings_orders_change_kept_not_negative"),)
