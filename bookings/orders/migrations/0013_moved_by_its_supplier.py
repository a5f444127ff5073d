from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = (("bookings_orders", "0012_tell_who_secured"),)
    operations = (
        migrations.AddField(
            "line",
            "moved_from",
            models.DateTimeField(blank=True, null=True, verbose_name="was to start at"),
        ),
        migrations.AddField(
            "line",
            "moved_at",
            models.DateTimeField(blank=True, null=True, verbose_name="moved by its supplier at"),
        ),
    )
