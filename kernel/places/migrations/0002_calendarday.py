"""The calendar moves here from tourism.areas, whose first migration made its table: no row is touched."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    # Not after tourism.areas: the joined migrations of both would wait for each other.
    dependencies = [("kernel_places", "0001_initial")]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[],
            state_operations=[
                migrations.CreateModel(
                    name="CalendarDay",
                    fields=[
                        (
                            "id",
                            models.BigAutoField(
                                auto_created=True,
                                primary_key=True,
                                serialize=False,
                                verbose_name="ID",
                            ),
                        ),
                        (
                            "loaded_digest",
                            models.CharField(blank=True, editable=False, max_length=64),
                        ),
                        ("source", models.TextField(blank=True, verbose_name="source")),
                        (
                            "confidence",
                            models.CharField(
                                choices=[
                                    (
                                        "HIGH",
                                        "high: an official figure, or two independent sources",
                                    ),
                                    ("MEDIUM", "medium: one unofficial source"),
                                    ("LOW", "low: a plausible guess"),
                                ],
                                default="LOW",
                                max_length=6,
                                verbose_name="confidence",
                            ),
                        ),
                        (
                            "confirmed_at",
                            models.DateTimeField(
                                blank=True, null=True, verbose_name="confirmed at"
                            ),
                        ),
                        (
                            "confirmed_by",
                            models.CharField(
                                blank=True, max_length=64, verbose_name="confirmed by"
                            ),
                        ),
                        ("date", models.DateField(verbose_name="date")),
                        (
                            "day_type",
                            models.CharField(
                                choices=[
                                    ("WORKDAY", "working day"),
                                    ("WEEKEND", "weekend"),
                                    ("HOLIDAY", "public holiday"),
                                    ("MAKEUP", "weekend worked instead"),
                                ],
                                max_length=7,
                                verbose_name="kind of day",
                            ),
                        ),
                        (
                            "name_zh",
                            models.CharField(
                                blank=True, max_length=60, verbose_name="holiday (Chinese)"
                            ),
                        ),
                        (
                            "name_en",
                            models.CharField(
                                blank=True, max_length=60, verbose_name="holiday (English)"
                            ),
                        ),
                        (
                            "region",
                            models.ForeignKey(
                                on_delete=django.db.models.deletion.CASCADE,
                                to="kernel_places.region",
                                verbose_name="region",
                            ),
                        ),
                    ],
                    options={
                        "verbose_name": "calendar day",
                        "verbose_name_plural": "calendar days",
                        "db_table": "tourism_areas_calendarday",
                        "constraints": [
                            models.UniqueConstraint(
                                fields=("region", "date"), name="tourism_areas_calendarday_date"
                            )
                        ],
                    },
                ),
            ],
        )
    ]
