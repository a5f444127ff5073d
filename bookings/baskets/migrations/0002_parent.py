from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("bookings_baskets", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="basket",
            name="parent_id",
            field=models.BigIntegerField(blank=True, null=True, verbose_name="added to the order"),
        ),
    ]
