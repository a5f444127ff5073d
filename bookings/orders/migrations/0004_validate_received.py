from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = (("bookings_orders", "0003_received"),)
    operations = (
        ValidateConstraint("order", "bookings_orders_order_received_within_due"),
        ValidateConstraint("order", "bookings_orders_order_secured_within_deposit"),
    )
