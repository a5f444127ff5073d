from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = (("bookings_orders", "0014_via"),)
    operations = (
        AddIndexConcurrently(
            "line",
            models.Index(
                fields=("ends_at",),
                condition=models.Q(state="CONFIRMED"),
                name="bookings_orders_line_unused",
            ),
        ),
    )
