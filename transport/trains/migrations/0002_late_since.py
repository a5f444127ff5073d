from django.db import migrations, models


class Migration(migrations.Migration):
    """Columns that may be empty and have no default: no row is written, nobody is kept waiting."""

    dependencies = [
        ("transport_trains", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="train",
            name="asked_from",
            field=models.DateTimeField(blank=True, null=True, verbose_name="asked about from"),
        ),
        migrations.AddField(
            model_name="train",
            name="late_since",
            field=models.DateTimeField(
                blank=True, null=True, verbose_name="known to be late since"
            ),
        ),
    ]
