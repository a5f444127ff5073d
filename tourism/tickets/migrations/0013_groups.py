import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts_organisations", "0002_agencies"),
        ("bookings_orders", "0015_unused_lines"),
        ("kernel_places", "0002_calendarday"),
        ("tourism_tickets", "0012_annual_cards"),
    ]

    operations = [
        migrations.CreateModel(
            name="Group",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=80, verbose_name="name of the group")),
                ("slot_id", models.BigIntegerField(verbose_name="entry time")),
                ("people", models.JSONField(verbose_name="people")),
                ("rejected", models.JSONField(default=list, verbose_name="rejected rows")),
                ("sent_by", models.CharField(max_length=64, verbose_name="sent by")),
                ("sent_at", models.DateTimeField(verbose_name="sent at")),
                ("request_key", models.CharField(max_length=64, unique=True)),
                (
                    "order",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="bookings_orders.order",
                        verbose_name="order",
                    ),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        to="accounts_organisations.organisation",
                        verbose_name="agency or school",
                    ),
                ),
                (
                    "region",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        to="kernel_places.region",
                        verbose_name="region",
                    ),
                ),
            ],
            options={
                "verbose_name": "group",
                "verbose_name_plural": "groups",
                "indexes": [
                    models.Index(
                        fields=["organisation", "-sent_at"], name="tourism_tickets_group_newest"
                    )
                ],
            },
        ),
    ]
