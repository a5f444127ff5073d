from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("bookings_orders", "0006_journeys_beside_the_traffic"),
    ]

    operations = [
        migrations.AddField(
            model_name="order",
            name="is_all_or_nothing",
            field=models.BooleanField(
                db_default=False, default=False, verbose_name="all or nothing"
            ),
        ),
    ]
