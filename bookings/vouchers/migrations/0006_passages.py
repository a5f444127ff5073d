"""Passages in both directions, told late or undone; 0007 makes their rule beside the traffic."""

import django.db.models.deletion
from django.db import migrations, models

_WAYS = (("IN", "in"), ("OUT", "out"))
_SHOWN = (
    ("CODE", "code on a phone"),
    ("PAPER", "code on paper"),
    ("DOCUMENT", "document"),
    ("DIGITS", "six digits"),
    ("LIST", "chosen from the list"),
)


def _of_every_passage() -> dict[str, models.Field]:
    return {
        "door": models.CharField("door", max_length=60, default="", db_default="", blank=True),
        "direction": models.CharField(
            "direction", max_length=3, choices=_WAYS, default="IN", db_default="IN"
        ),
        "fallback": models.CharField(
            "shown as", max_length=10, choices=_SHOWN, default="CODE", db_default="CODE"
        ),
        "is_offline": models.BooleanField("without network", default=False, db_default=False),
    }


class Migration(migrations.Migration):
    dependencies = (("bookings_vouchers", "0005_validate_rules_of_passage"),)
    operations = (
        *(
            migrations.AddField("redemption", name, field)
            for name, field in _of_every_passage().items()
        ),
        migrations.AddField(
            "redemption", "undone_at", models.DateTimeField("undone at", null=True, blank=True)
        ),
        migrations.CreateModel(
            "Surplus",
            [
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("region_id", models.BigIntegerField("region")),
                ("zone", models.CharField("zone", max_length=60)),
                ("place", models.JSONField("post", default=dict, blank=True)),
                ("actor", models.CharField("by", max_length=64)),
                ("request_key", models.CharField("request key", max_length=64)),
                ("at", models.DateTimeField("at")),
                *_of_every_passage().items(),
                ("reason", models.CharField("reason", max_length=30)),
                ("told_at", models.DateTimeField("told at", db_index=True)),
                (
                    "voucher",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="surplus",
                        to="bookings_vouchers.voucher",
                        verbose_name="voucher",
                    ),
                ),
                (
                    "counted",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="bookings_vouchers.redemption",
                        verbose_name="counted passage",
                    ),
                ),
            ],
            options={"verbose_name": "surplus passage", "verbose_name_plural": "surplus passages"},
        ),
        migrations.AddConstraint(
            "surplus",
            models.UniqueConstraint(
                fields=("actor", "request_key", "voucher"), name="bookings_vouchers_surplus_request"
            ),
        ),
    )
