from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("tourism_tickets", "0015_transfer_limits")]

    operations = [
        migrations.AddField(
            model_name="group",
            name="forgotten_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="names deleted at"),
        ),
        AddIndexConcurrently(
            model_name="group",
            index=models.Index(
                condition=models.Q(("forgotten_at__isnull", True)),
                fields=["sent_at"],
                name="tourism_tickets_group_kept",
            ),
        ),
    ]
