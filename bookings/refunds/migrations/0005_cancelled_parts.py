import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("bookings_orders", "0007_all_or_nothing"),
        ("bookings_refunds", "0004_changed"),
    ]

    operations = [
        migrations.CreateModel(
            name="CancelledPart",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("part_key", models.CharField(max_length=80, verbose_name="part")),
                (
                    "base_fen",
                    models.BigIntegerField(verbose_name="what the terms applied to (fen)"),
                ),
                ("refund_fen", models.BigIntegerField(verbose_name="came back (fen)")),
                ("cancelled_at", models.DateTimeField(verbose_name="cancelled at")),
                (
                    "line",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="bookings_orders.line",
                        verbose_name="order line",
                    ),
                ),
            ],
            options={
                "verbose_name": "cancelled part",
                "verbose_name_plural": "cancelled parts",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("line", "part_key"), name="bookings_refunds_cancelled_once"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("base_fen__gte", 0), ("refund_fen__gte", 0)),
                        name="bookings_refunds_cancelled_sums",
                    ),
                ],
            },
        ),
    ]
