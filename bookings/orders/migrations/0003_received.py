"""How much of an order has come in, and its deposit. The checks are validated beside the traffic (0004)."""

from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("bookings_orders", "0002_fewer_indexes"),
        ("kernel_places", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="order",
            name="deposit_fen",
            field=models.BigIntegerField(db_default=0, default=0, verbose_name="deposit (fen)"),
        ),
        migrations.AddField(
            model_name="order",
            name="received_fen",
            field=models.BigIntegerField(db_default=0, default=0, verbose_name="paid of it (fen)"),
        ),
        migrations.AddField(
            model_name="order",
            name="secured_fen",
            field=models.BigIntegerField(
                db_default=0, default=0, verbose_name="deposit held (fen)"
            ),
        ),
        AddConstraintNotValid(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("received_fen__gte", 0), ("received_fen__lte", models.F("due_now_fen"))
                ),
                name="bookings_orders_order_received_within_due",
            ),
        ),
        AddConstraintNotValid(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("secured_fen__gte", 0), ("secured_fen__lte", models.F("deposit_fen"))
                ),
                name="bookings_orders_order_secured_within_deposit",
            ),
        ),
    ]
