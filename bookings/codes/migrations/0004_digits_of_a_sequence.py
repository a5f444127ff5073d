from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("bookings_codes", "0003_digits")]

    operations = [
        migrations.AddField(
            model_name="desknumber",
            name="sequence",
            field=models.PositiveIntegerField(db_default=0, default=0, verbose_name="sequence"),
        ),
    ]
