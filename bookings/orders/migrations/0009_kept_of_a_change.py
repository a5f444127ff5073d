"""What the terms keep of a change to something cheaper. 0010 checks what is there beside the traffic."""

import django.db.models.deletion
from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = (("bookings_orders", "0008_flag"),)
    operations = (
        migrations.AddField(
            "change",
            "kept_fen",
            models.BigIntegerField(db_default=0, default=0, verbose_name="kept by the terms (fen)"),
        ),
        AddConstraintNotValid(
            "change",
            models.CheckConstraint(
                condition=models.Q(("kept_fen__gte", 0)),
                name="bookings_orders_change_kept_not_negative",
            ),
        ),
        migrations.AlterField(
            "change",
            "order",
            models.OneToOneField(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="change",
                to="bookings_orders.order",
                verbose_name="new order",
            ),
        ),
    )
