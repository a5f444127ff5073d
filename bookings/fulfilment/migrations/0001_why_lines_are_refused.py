import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Why a paid line is not to be had: by the supplier's word, or by its silence."""

    initial = True
    dependencies = [("bookings_orders", "0008_flag")]

    operations = [
        migrations.CreateModel(
            name="LineRefusal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "why",
                    models.CharField(
                        choices=[
                            ("SAID_NO", "the supplier said no"),
                            ("NO_ANSWER", "the supplier did not answer in time"),
                        ],
                        max_length=10,
                        verbose_name="why",
                    ),
                ),
                (
                    "words",
                    models.CharField(
                        blank=True, max_length=200, verbose_name="in the supplier's words"
                    ),
                ),
                ("at", models.DateTimeField(verbose_name="at")),
                (
                    "line",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="refusal",
                        to="bookings_orders.line",
                        verbose_name="order line",
                    ),
                ),
            ],
            options={
                "verbose_name": "refusal of an order line",
                "verbose_name_plural": "refusals of order lines",
            },
        ),
    ]
