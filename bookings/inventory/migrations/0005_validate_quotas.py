from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    atomic = False
    dependencies = (("bookings_inventory", "0004_quotas"),)
    operations = (ValidateConstraint("bucket", "bookings_inventory_bucket_quotas_within_capacity"),)
