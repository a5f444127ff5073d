from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts_messages", "0005_wording"),
    ]

    operations = [
        migrations.CreateModel(
            name="Device",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("user_id", models.BigIntegerField(db_index=True, verbose_name="person")),
                (
                    "endpoint_index",
                    models.CharField(
                        max_length=64, unique=True, verbose_name="index of the address"
                    ),
                ),
                (
                    "target",
                    models.CharField(
                        db_index=True, max_length=64, verbose_name="index for deliveries"
                    ),
                ),
                ("sealed", models.TextField(verbose_name="subscription, sealed")),
                ("service", models.CharField(max_length=80, verbose_name="push service")),
                ("label", models.CharField(blank=True, max_length=80, verbose_name="device")),
                ("since", models.DateTimeField(verbose_name="since")),
            ],
            options={
                "verbose_name": "device",
                "verbose_name_plural": "devices",
            },
        ),
    ]
