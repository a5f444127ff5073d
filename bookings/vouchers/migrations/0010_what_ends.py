"""What is to expire is found by its end: indexes made while gates scan."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models import Q

_UNENDED = Q(state="ACTIVE", expired_at__isnull=True)


class Migration(migrations.Migration):
    atomic = False
    dependencies = (("bookings_vouchers", "0009_steps"),)
    operations = (
        AddIndexConcurrently(
            "voucher",
            models.Index(
                fields=("valid_until",), condition=_UNENDED, name="bookings_vouchers_to_end"
            ),
        ),
        AddIndexConcurrently(
            "voucher",
            models.Index(
                fields=("entered_at",),
                condition=_UNENDED & Q(reentry_days__gt=0, entered_at__isnull=False),
                name="bookings_vouchers_days_to_end",
            ),
        ),
    )
