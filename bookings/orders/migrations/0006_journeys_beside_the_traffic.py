from django.contrib.postgres.operations import AddIndexConcurrently, ValidateConstraint
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = (("bookings_orders", "0005_journeys"),)
    operations = (
        AddIndexConcurrently(
            "order",
            models.Index(
                fields=("parent",),
                condition=models.Q(parent__isnull=False),
                name="bookings_orders_order_parent",
            ),
        ),
        ValidateConstraint("order", "bookings_orders_order_credit_within_due"),
    )
