"""Doors, ways and coming in again. 0005 checks what is there beside the traffic."""

from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models
from django.db.models import F, Q

_RULES = (
    ("COUNTED", "so many entries"),
    ("AFTER_EXIT", "again after every exit"),
    ("FREE", "in and out as one likes"),
)
_UNCOUNTED = ~Q(rule="COUNTED")


class Migration(migrations.Migration):
    dependencies = (("bookings_vouchers", "0003_until"),)
    operations = (
        migrations.AddField(
            "voucher",
            "doors_in",
            models.JSONField("doors in", default=list, db_default=[], blank=True),
        ),
        migrations.AddField(
            "voucher",
            "doors_out",
            models.JSONField("doors out", default=list, db_default=[], blank=True),
        ),
        migrations.AddField(
            "voucher",
            "rule",
            models.CharField(
                "coming in again",
                max_length=10,
                choices=_RULES,
                default="COUNTED",
                db_default="COUNTED",
            ),
        ),
        migrations.AddField(
            "voucher",
            "reentry_days",
            models.PositiveSmallIntegerField("days of coming in again", default=0, db_default=0),
        ),
        migrations.AddField(
            "voucher",
            "position",
            models.PositiveSmallIntegerField("order of use", default=0, db_default=0),
        ),
        migrations.AddField(
            "voucher",
            "extras",
            models.JSONField("add-ons and notes", default=list, db_default=[], blank=True),
        ),
        migrations.AddField(
            "voucher",
            "is_inside",
            models.BooleanField("is inside", default=False, db_default=False),
        ),
        migrations.AddField(
            "voucher",
            "entered_at",
            models.DateTimeField("first entry", null=True, blank=True),
        ),
        migrations.AddField(
            "voucher",
            "taken_back",
            models.PositiveSmallIntegerField("uses undone", default=0, db_default=0),
        ),
        migrations.RemoveConstraint("voucher", "bookings_vouchers_voucher_entries"),
        migrations.RemoveConstraint("voucher", "bookings_vouchers_voucher_used_up"),
        AddConstraintNotValid(
            "voucher",
            models.CheckConstraint(
                condition=Q(entries_allowed__gte=1)
                & (_UNCOUNTED | Q(entries_used__lte=F("entries_allowed"))),
                name="bookings_vouchers_voucher_entries",
            ),
        ),
        AddConstraintNotValid(
            "voucher",
            models.CheckConstraint(
                condition=(Q(state="USED", entries_used=F("entries_allowed")) & ~_UNCOUNTED)
                | (
                    Q(state__in=["ACTIVE", "VOIDED"])
                    & (_UNCOUNTED | Q(entries_used__lt=F("entries_allowed")))
                ),
                name="bookings_vouchers_voucher_used_up",
            ),
        ),
        AddConstraintNotValid(
            "voucher",
            models.CheckConstraint(
                condition=Q(is_inside=False, entered_at__isnull=True) | Q(entries_used__gte=1),
                name="bookings_vouchers_voucher_inside_after_entry",
            ),
        ),
    )
