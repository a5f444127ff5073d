from django.contrib.postgres.operations import AddIndexConcurrently, ValidateConstraint
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = (("bookings_inventory", "0002_kept"),)
    operations = (
        ValidateConstraint("bucket", "bookings_inventory_bucket_kept_within_capacity"),
        ValidateConstraint("bucket", "bookings_inventory_bucket_kept_for_somebody"),
        AddIndexConcurrently(
            "bucket",
            models.Index(
                fields=("region_id",),
                condition=models.Q(is_awaited=True),
                name="bookings_inventory_awaited",
            ),
        ),
    )
