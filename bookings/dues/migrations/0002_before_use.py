"""Which sums must be there before use, and when the buyer was told. 0003 says so of those there are."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = (("bookings_dues", "0001_initial"),)
    operations = (
        migrations.AddField(
            "laterdue",
            "is_before_use",
            models.BooleanField(db_default=False, default=False, verbose_name="before use"),
        ),
        migrations.AddField(
            "laterdue",
            "told_at",
            models.DateTimeField(blank=True, null=True, verbose_name="told at"),
        ),
    )
