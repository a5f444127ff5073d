from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = (("bookings_payments", "0007_trouble"),)
    operations = (
        AddIndexConcurrently(
            "providerevent",
            models.Index(
                fields=("received_at",),
                condition=models.Q(state="REJECTED"),
                name="bookings_payments_event_reject",
            ),
        ),
    )
