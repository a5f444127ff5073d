from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("transport_direct", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="vehicle",
            name="leaving_key",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                max_length=64,
                verbose_name="request of its departure",
            ),
        ),
    ]
