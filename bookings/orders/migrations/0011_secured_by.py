"""Which payment holds the deposit. 0012 tells the orders that have one already."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = (("bookings_orders", "0010_validate_kept_of_a_change"),)
    operations = (
        migrations.AddField(
            "order",
            "secured_by",
            models.BigIntegerField(
                blank=True, null=True, verbose_name="payment that holds the deposit"
            ),
        ),
    )
