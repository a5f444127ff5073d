from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = (("accounts_travellers", "0002_checks"),)
    operations = (
        AddIndexConcurrently(
            "traveller",
            models.Index(
                fields=("check_due_at",),
                condition=models.Q(check_due_at__isnull=False),
                name="accounts_travellers_to_check",
            ),
        ),
    )
