import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("bookings_refunds", "0006_people"),
    ]

    operations = [
        migrations.CreateModel(
            name="EarlierToken",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("token", models.CharField(max_length=32, unique=True, verbose_name="token")),
                (
                    "refund",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="earlier_tokens",
                        to="bookings_refunds.refund",
                        verbose_name="refund",
                    ),
                ),
            ],
            options={
                "verbose_name": "earlier number of a refund",
                "verbose_name_plural": "earlier numbers of refunds",
            },
        ),
    ]
