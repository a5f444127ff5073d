"""Refusals of a plan in words: nothing changes in the database."""

from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    dependencies = [("bookings_waiting", "0001_initial")]

    operations = [
        migrations.AlterConstraint(
            "sale",
            "bookings_waiting_sale_in_order",
            models.CheckConstraint(
                condition=Q(gathers_at__lte=F("opens_at")) & Q(opens_at__lt=F("closes_at")),
                name="bookings_waiting_sale_in_order",
                violation_error_message="First the line forms, then the sale opens, then the line ends.",
            ),
        ),
        migrations.AlterConstraint(
            "sale",
            "bookings_waiting_sale_days",
            models.CheckConstraint(
                condition=Q(first_date__lte=F("last_date")),
                name="bookings_waiting_sale_days",
                violation_error_message="The last day is before the first.",
            ),
        ),
    ]
