"""Entry times that are moved or called off. 0006 checks what is there beside the traffic."""

from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = (("tourism_tickets", "0004_channel_shares"),)
    operations = (
        migrations.AddField(
            "slot",
            "moved_from",
            models.DateTimeField(blank=True, null=True, verbose_name="moved from"),
        ),
        migrations.AddField(
            "slot",
            "moved_at",
            models.DateTimeField(blank=True, null=True, verbose_name="moved at"),
        ),
        migrations.AddField(
            "slot",
            "called_off_at",
            models.DateTimeField(blank=True, null=True, verbose_name="called off at"),
        ),
        AddConstraintNotValid(
            "slot",
            models.CheckConstraint(
                condition=models.Q(
                    ("called_off_at__isnull", True), ("is_open", False), _connector="OR"
                ),
                name="tourism_tickets_slot_called_off",
            ),
        ),
    )
