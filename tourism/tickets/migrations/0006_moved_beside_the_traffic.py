from django.contrib.postgres.operations import AddIndexConcurrently, ValidateConstraint
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = (("tourism_tickets", "0005_moved_and_called_off"),)
    operations = (
        AddIndexConcurrently(
            "slot",
            models.Index(
                fields=("moved_at",),
                condition=models.Q(moved_at__isnull=False),
                name="tourism_tickets_slot_moved",
            ),
        ),
        ValidateConstraint("slot", "tourism_tickets_slot_called_off"),
    )
