from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("bookings_tabs", "0004_payouts_of_tabs"),
    ]

    operations = [
        migrations.AddField(
            model_name="member",
            name="is_admin",
            field=models.BooleanField(
                db_default=False, default=False, verbose_name="administrator"
            ),
        ),
    ]
