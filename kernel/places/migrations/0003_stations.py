"""Platforms and entrances belong to a station: empty for every place so far, no row is rewritten."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("kernel_places", "0002_calendarday"),
    ]

    operations = [
        migrations.AddField(
            model_name="place",
            name="parent",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="parts",
                to="kernel_places.place",
                verbose_name="part of",
            ),
        ),
        migrations.AddField(
            model_name="place",
            name="platform",
            field=models.CharField(
                blank=True, db_default="", default="", max_length=60, verbose_name="platform"
            ),
        ),
    ]
