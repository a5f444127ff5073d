import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, Q


def _moment(words: str) -> models.DateTimeField:
    return models.DateTimeField(blank=True, null=True, verbose_name=words)


class Migration(migrations.Migration):
    """What the platform owes the holder of a tab is paid out, above the limit by two people."""

    dependencies = [("bookings_tabs", "0003_validate_open_within_limit")]

    operations = [
        migrations.CreateModel(
            name="Payout",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("fen", models.BigIntegerField(verbose_name="amount (fen)")),
                ("asked_by", models.CharField(max_length=64, verbose_name="asked by")),
                ("asked_at", models.DateTimeField(verbose_name="asked at")),
                (
                    "approved_by",
                    models.CharField(blank=True, max_length=64, verbose_name="approved by"),
                ),
                ("paid_at", _moment("paid out at")),
                ("dropped_at", _moment("given up at")),
                (
                    "tab",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="payouts",
                        to="bookings_tabs.tab",
                        verbose_name="tab",
                    ),
                ),
            ],
            options={
                "verbose_name": "payout of a tab",
                "verbose_name_plural": "payouts of tabs",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("tab",),
                        condition=Q(paid_at__isnull=True, dropped_at__isnull=True),
                        name="bookings_tabs_payout_one_open",
                    ),
                    models.CheckConstraint(condition=Q(fen__gt=0), name="bookings_tabs_payout_fen"),
                    models.CheckConstraint(
                        condition=~Q(approved_by=F("asked_by")),
                        name="bookings_tabs_payout_two_people",
                    ),
                    models.CheckConstraint(
                        condition=Q(paid_at__isnull=True) | Q(dropped_at__isnull=True),
                        name="bookings_tabs_payout_one_end",
                    ),
                ],
            },
        ),
    ]
