"""Buckets divided among channels. 0005 checks what is there beside the traffic."""

import django.db.models.deletion
from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = (("bookings_inventory", "0003_validate_kept"),)
    operations = (
        migrations.AddField(
            "bucket",
            "divided",
            models.IntegerField(db_default=0, default=0, verbose_name="divided into quotas"),
        ),
        AddConstraintNotValid(
            "bucket",
            models.CheckConstraint(
                condition=models.Q(
                    ("divided", 0),
                    models.Q(("divided__gt", 0), ("divided__lte", models.F("capacity"))),
                    _connector="OR",
                ),
                name="bookings_inventory_bucket_quotas_within_capacity",
            ),
        ),
        migrations.CreateModel(
            "Quota",
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
                            ("own", "this site"),
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
                    "release_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="for own sale from"),
                ),
                ("until", models.DateTimeField(verbose_name="over at")),
                (
                    "bucket",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="bookings_inventory.bucket",
                        verbose_name="bucket of the channel",
                    ),
                ),
                (
                    "whole",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="quotas",
                        to="bookings_inventory.bucket",
                        verbose_name="the whole",
                    ),
                ),
            ],
            options={
                "verbose_name": "quota",
                "verbose_name_plural": "quotas",
                "indexes": [
                    models.Index(
                        condition=models.Q(("release_at__isnull", False)),
                        fields=["until", "release_at"],
                        name="bookings_inventory_quota_due",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("whole", "channel"), name="bookings_inventory_quota_channel"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("whole", models.F("bucket")), _negated=True),
                        name="bookings_inventory_quota_of_another",
                    ),
                ],
            },
        ),
    )
