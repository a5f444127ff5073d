from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("bookings_gates", "0002_scans_in_words"),
    ]

    operations = [
        migrations.AddField(
            model_name="gatedevice",
            name="roams",
            field=models.BooleanField(
                db_default=False, default=False, verbose_name="chooses among departures"
            ),
        ),
        migrations.AddField(
            model_name="invitation",
            name="roams",
            field=models.BooleanField(
                db_default=False, default=False, verbose_name="chooses among departures"
            ),
        ),
    ]
