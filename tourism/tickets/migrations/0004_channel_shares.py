import datetime

import django.core.validators
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tourism_tickets", "0003_deposit"),
    ]

    operations = [
        migrations.CreateModel(
            name="ChannelShare",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "channel",
                    models.CharField(
                        choices=[
                            ("partner", "partners"),
                            ("agent", "travel agencies"),
                            ("counter", "the counter"),
                            ("group", "groups"),
                        ],
                        max_length=10,
                        verbose_name="channel",
                    ),
                ),
                (
                    "permille",
                    models.PositiveIntegerField(
                        validators=[
                            django.core.validators.MinValueValidator(0),
                            django.core.validators.MaxValueValidator(1000),
                        ],
                        verbose_name="thousandths of the entry time",
                    ),
                ),
                (
                    "release_days",
                    models.PositiveSmallIntegerField(
                        blank=True,
                        default=1,
                        help_text="0 is the day itself. Empty: what is not sold stays with the channel.",
                        null=True,
                        validators=[django.core.validators.MaxValueValidator(60)],
                        verbose_name="released so many days before",
                    ),
                ),
                (
                    "release_time",
                    models.TimeField(default=datetime.time(18, 0), verbose_name="released at"),
                ),
                (
                    "pattern",
                    models.ForeignKey(
                        blank=True,
                        help_text="Empty: every entry time.",
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        to="tourism_tickets.slotpattern",
                        verbose_name="entry time",
                    ),
                ),
                (
                    "product",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="channel_shares",
                        to="tourism_tickets.product",
                        verbose_name="product",
                    ),
                ),
            ],
            options={
                "verbose_name": "quota of a channel",
                "verbose_name_plural": "quotas of channels",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("product", "pattern", "channel"),
                        name="tourism_tickets_channelshare_once",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("permille__lte", 1000)),
                        name="tourism_tickets_channelshare_permille",
                    ),
                ],
            },
        ),
    ]
