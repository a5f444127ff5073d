from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("bookings_refunds", "0007_earlier_tokens"),
    ]

    operations = [
        migrations.AddField(
            model_name="refund",
            name="twice_at",
            field=models.DateTimeField(
                blank=True, null=True, verbose_name="known to be returned twice at"
            ),
        ),
    ]
