from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("bookings_refunds", "0010_validate_of_no_payment"),
    ]

    operations = [
        migrations.AddField(
            model_name="bankdetails",
            name="asked_by",
            field=models.CharField(
                blank=True, db_default="", max_length=64, verbose_name="asked by"
            ),
        ),
    ]
