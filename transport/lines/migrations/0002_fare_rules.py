"""Fares by season, weekday and holiday; group fares."""

import django.core.validators
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("transport_lines", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="FareRule",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("first_date", models.DateField(verbose_name="first day")),
                ("last_date", models.DateField(verbose_name="last day")),
                (
                    "weekdays",
                    models.CharField(
                        db_default="1234567",
                        default="1234567",
                        help_text="Numbers of weekdays, Monday is 1: “67” is the weekend.",
                        max_length=7,
                        validators=[
                            django.core.validators.RegexValidator(
                                "\\A[1-7]{1,7}\\Z", "must be numbers of weekdays, 1 to 7"
                            )
                        ],
                        verbose_name="weekdays",
                    ),
                ),
                (
                    "day_kind",
                    models.CharField(
                        choices=[
                            ("ANY", "any day"),
                            ("WORKDAY", "working days"),
                            ("WEEKEND", "weekends"),
                            ("HOLIDAY", "public holidays"),
                        ],
                        default="ANY",
                        max_length=7,
                        verbose_name="kind of day",
                    ),
                ),
                (
                    "precedence",
                    models.SmallIntegerField(
                        db_default=0,
                        default=0,
                        help_text="Where several rules hold, the highest wins. Among equals: public holidays before part of the week before any day; then the later begin, the earlier end, the lower price.",  # noqa: E501
                        verbose_name="precedence",
                    ),
                ),
                (
                    "permille",
                    models.PositiveSmallIntegerField(
                        help_text="1200 is a fifth more; the fare is rounded to 0.1 yuan.",
                        validators=[
                            django.core.validators.MinValueValidator(1),
                            django.core.validators.MaxValueValidator(5000),
                        ],
                        verbose_name="thousandths of the usual fare",
                    ),
                ),
                (
                    "line",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="fare_rules",
                        to="transport_lines.shuttleline",
                        verbose_name="line",
                    ),
                ),
            ],
            options={
                "verbose_name": "fare rule",
                "verbose_name_plural": "fare rules",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("first_date__lte", models.F("last_date"))),
                        name="transport_lines_farerule_in_order",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("permille__range", (1, 5000))),
                        name="transport_lines_farerule_permille",
                    ),
                    models.UniqueConstraint(
                        fields=("line", "first_date", "last_date", "day_kind", "weekdays"),
                        name="transport_lines_farerule_one",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="GroupFare",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name_zh", models.CharField(max_length=120, verbose_name="Chinese name")),
                (
                    "name_en",
                    models.CharField(blank=True, max_length=160, verbose_name="English name"),
                ),
                ("first_date", models.DateField(verbose_name="first day")),
                ("last_date", models.DateField(verbose_name="last day")),
                (
                    "weekdays",
                    models.CharField(
                        db_default="1234567",
                        default="1234567",
                        help_text="Numbers of weekdays, Monday is 1: “67” is the weekend.",
                        max_length=7,
                        validators=[
                            django.core.validators.RegexValidator(
                                "\\A[1-7]{1,7}\\Z", "must be numbers of weekdays, 1 to 7"
                            )
                        ],
                        verbose_name="weekdays",
                    ),
                ),
                (
                    "day_kind",
                    models.CharField(
                        choices=[
                            ("ANY", "any day"),
                            ("WORKDAY", "working days"),
                            ("WEEKEND", "weekends"),
                            ("HOLIDAY", "public holidays"),
                        ],
                        default="ANY",
                        max_length=7,
                        verbose_name="kind of day",
                    ),
                ),
                (
                    "members",
                    models.CharField(
                        blank=True,
                        help_text="Class and number, such as “adult:2 minor_half:1”. Empty for a group.",
                        max_length=120,
                        verbose_name="who makes a set",
                    ),
                ),
                (
                    "least",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        null=True,
                        validators=[django.core.validators.MinValueValidator(2)],
                        verbose_name="group from so many",
                    ),
                ),
                (
                    "price_fen",
                    models.PositiveIntegerField(
                        blank=True,
                        help_text="Or leave empty and give thousandths of the usual prices.",
                        null=True,
                        verbose_name="price of the set (fen)",
                    ),
                ),
                (
                    "permille",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        null=True,
                        validators=[django.core.validators.MaxValueValidator(1000)],
                        verbose_name="thousandths of the usual price",
                    ),
                ),
                (
                    "line",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="group_fares",
                        to="transport_lines.shuttleline",
                        verbose_name="line",
                    ),
                ),
            ],
            options={
                "verbose_name": "group fare",
                "verbose_name_plural": "group fares",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("first_date__lte", models.F("last_date"))),
                        name="transport_lines_groupfare_in_order",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                models.Q(
                                    models.Q(("members", ""), _negated=True),
                                    ("least__isnull", True),
                                ),
                                models.Q(
                                    ("least__gte", 2),
                                    ("least__isnull", False),
                                    ("members", ""),
                                    ("price_fen__isnull", True),
                                ),
                                _connector="OR",
                            ),
                            models.Q(
                                models.Q(("permille__isnull", True), ("price_fen__isnull", False)),
                                models.Q(
                                    ("permille__isnull", False),
                                    ("permille__lte", 1000),
                                    ("price_fen__isnull", True),
                                ),
                                _connector="OR",
                            ),
                        ),
                        name="transport_lines_groupfare_set_or_group",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("price_fen__isnull", True)),
                        name="transport_lines_groupfare_share",
                    ),
                ],
            },
        ),
    ]
