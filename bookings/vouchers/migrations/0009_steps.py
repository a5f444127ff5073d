"""The life of vouchers, step by step. What is there already has none until its next step."""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import Q

_LIFE = (
    ("ISSUED", "issued"),
    ("PART", "part used"),
    ("USED", "used"),
    ("VOIDED", "void"),
    ("EXPIRED", "expired"),
)
_WHY = (
    ("ISSUED", "delivered"),
    ("PASSED", "somebody passed"),
    ("UNDONE", "a scan was taken back"),
    ("MOVED", "another time"),
    ("CANCELLED", "cancelled"),
    ("CHANGED", "changed for something else"),
    ("OVER", "its time is over"),
)
_LEGAL = (
    ("ISSUED", "", "ISSUED"),
    ("PASSED", "EXPIRED", "PART"),
    ("PASSED", "EXPIRED", "USED"),
    ("PASSED", "ISSUED", "PART"),
    ("PASSED", "ISSUED", "USED"),
    ("PASSED", "PART", "USED"),
    ("UNDONE", "PART", "ISSUED"),
    ("UNDONE", "USED", "ISSUED"),
    ("UNDONE", "USED", "PART"),
    ("MOVED", "EXPIRED", "ISSUED"),
    ("MOVED", "EXPIRED", "PART"),
    ("MOVED", "ISSUED", "ISSUED"),
    ("MOVED", "PART", "PART"),
    ("CANCELLED", "EXPIRED", "VOIDED"),
    ("CANCELLED", "ISSUED", "VOIDED"),
    ("CHANGED", "EXPIRED", "VOIDED"),
    ("CHANGED", "ISSUED", "VOIDED"),
    ("OVER", "ISSUED", "EXPIRED"),
    ("OVER", "PART", "EXPIRED"),
)
_STAYS = """
CREATE FUNCTION bookings_vouchers_refuse_change() RETURNS trigger AS $$
BEGIN
    RAISE EXCEPTION 'steps of vouchers are only added to';
END;
$$ LANGUAGE plpgsql;
CREATE TRIGGER bookings_vouchers_step_append_only
    BEFORE UPDATE OR DELETE ON bookings_vouchers_step
    FOR EACH ROW EXECUTE FUNCTION bookings_vouchers_refuse_change();
"""
_GOES = """
DROP TRIGGER bookings_vouchers_step_append_only ON bookings_vouchers_step;
DROP FUNCTION bookings_vouchers_refuse_change();
"""


def _legal() -> Q:
    condition = Q()
    for why, before, after in _LEGAL:
        condition |= Q(why=why, before=before, after=after)
    return condition


class Migration(migrations.Migration):
    dependencies = (("bookings_vouchers", "0008_when_they_passed"),)
    operations = (
        migrations.AddField(
            "voucher", "expired_at", models.DateTimeField("expired at", null=True, blank=True)
        ),
        migrations.CreateModel(
            "Step",
            [
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("before", models.CharField("from", max_length=10, choices=_LIFE, blank=True)),
                ("after", models.CharField("to", max_length=10, choices=_LIFE)),
                ("at", models.DateTimeField("at")),
                ("actor", models.CharField("by", max_length=64)),
                ("why", models.CharField("why", max_length=10, choices=_WHY)),
                (
                    "voucher",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="steps",
                        to="bookings_vouchers.voucher",
                        verbose_name="voucher",
                    ),
                ),
            ],
            options={
                "verbose_name": "step of a voucher",
                "verbose_name_plural": "steps of vouchers",
                "constraints": (
                    models.UniqueConstraint(
                        fields=("voucher",),
                        condition=Q(before=""),
                        name="bookings_vouchers_step_begins",
                    ),
                    models.UniqueConstraint(
                        fields=("voucher",),
                        condition=Q(after="VOIDED"),
                        name="bookings_vouchers_step_ends",
                    ),
                    models.CheckConstraint(condition=_legal(), name="bookings_vouchers_step_legal"),
                ),
            },
        ),
        migrations.RunSQL(_STAYS, _GOES),
    )
