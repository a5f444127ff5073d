"""Orders that belong to another, and changes. 0006 does what would hold up the traffic."""

import django.db.models.deletion
import django.db.models.expressions
from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("bookings_orders", "0004_validate_received"),
        ("kernel_places", "0002_calendarday"),
    ]

    operations = [
        migrations.CreateModel(
            name="Change",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("part_keys", models.JSONField(verbose_name="parts")),
                ("credit_fen", models.BigIntegerField(verbose_name="brought in (fen)")),
                ("back_fen", models.BigIntegerField(verbose_name="comes back (fen)")),
                (
                    "permille",
                    models.PositiveSmallIntegerField(
                        verbose_name="share that can come back (permille)"
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("PENDING", "waiting for the difference"),
                            ("DONE", "done"),
                            ("VOID", "did not come about"),
                        ],
                        default="PENDING",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                ("actor", models.CharField(max_length=64, verbose_name="asked by")),
                ("created_at", models.DateTimeField(verbose_name="asked at")),
            ],
            options={
                "verbose_name": "change",
                "verbose_name_plural": "changes",
            },
        ),
        migrations.AddField(
            model_name="order",
            name="credit_fen",
            field=models.BigIntegerField(
                db_default=0, default=0, verbose_name="brought in by a change (fen)"
            ),
        ),
        migrations.AddField(
            model_name="order",
            name="parent",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="children",
                to="bookings_orders.order",
                verbose_name="belongs to",
            ),
        ),
        AddConstraintNotValid(
            model_name="order",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("credit_fen__gte", 0),
                    (
                        "due_now_fen__gte",
                        django.db.models.expressions.CombinedExpression(
                            models.F("credit_fen"), "+", models.F("received_fen")
                        ),
                    ),
                ),
                name="bookings_orders_order_credit_within_due",
            ),
        ),
        migrations.AddField(
            model_name="change",
            name="line",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="changes",
                to="bookings_orders.line",
                verbose_name="order line",
            ),
        ),
        migrations.AddField(
            model_name="change",
            name="order",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="change",
                to="bookings_orders.order",
                verbose_name="new order",
            ),
        ),
        migrations.AddConstraint(
            model_name="change",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("credit_fen__gte", 0), ("back_fen__gte", 0), ("permille__lte", 1000)
                ),
                name="bookings_orders_change_sums",
            ),
        ),
    ]
