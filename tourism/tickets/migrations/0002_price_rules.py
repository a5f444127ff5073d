"""Price rules by weekday, class and precedence; family and group prices."""

import django.core.validators
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tourism_tickets", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="FamilyPrice",
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
            ],
            options={
                "verbose_name": "family or group price",
                "verbose_name_plural": "family and group prices",
            },
        ),
        migrations.RemoveConstraint(
            model_name="pricerule",
            name="tourism_tickets_pricerule_once",
        ),
        migrations.AddField(
            model_name="pricerule",
            name="class_code",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                help_text="The code of a concession; empty: the adult price, which the others follow.",
                max_length=30,
                verbose_name="class",
            ),
        ),
        migrations.AddField(
            model_name="pricerule",
            name="precedence",
            field=models.SmallIntegerField(
                db_default=0,
                default=0,
                help_text="Where several rules hold, the highest wins. Among equals: public holidays before part of the week before any day; then the later begin, the earlier end, the lower price.",  # noqa: E501
                verbose_name="precedence",
            ),
        ),
        migrations.AddField(
            model_name="pricerule",
            name="weekdays",
            field=models.CharField(
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
        migrations.AlterField(
            model_name="pricerule",
            name="price_fen",
            field=models.PositiveIntegerField(verbose_name="price (fen)"),
        ),
        migrations.AddConstraint(
            model_name="pricerule",
            constraint=models.UniqueConstraint(
                fields=("product", "first_date", "last_date", "day_kind", "weekdays", "class_code"),
                name="tourism_tickets_pricerule_one",
            ),
        ),
        migrations.AddField(
            model_name="familyprice",
            name="product",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="group_prices",
                to="tourism_tickets.product",
                verbose_name="product",
            ),
        ),
        migrations.AddConstraint(
            model_name="familyprice",
            constraint=models.CheckConstraint(
                condition=models.Q(("first_date__lte", models.F("last_date"))),
                name="tourism_tickets_familyprice_in_order",
            ),
        ),
        migrations.AddConstraint(
            model_name="familyprice",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        models.Q(models.Q(("members", ""), _negated=True), ("least__isnull", True)),
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
                name="tourism_tickets_familyprice_set_or_group",
            ),
        ),
    ]
