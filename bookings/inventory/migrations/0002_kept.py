"""What is kept for those who wait. 0003 checks what is there beside the traffic."""

import django.db.models.deletion
from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = (("bookings_inventory", "0001_initial"), ("kernel_places", "0001_initial"))
    operations = (
        migrations.AddField(
            "bucket",
            "kept",
            models.IntegerField(db_default=0, default=0, verbose_name="kept for those who wait"),
        ),
        migrations.AddField(
            "bucket",
            "is_awaited",
            models.BooleanField(db_default=False, default=False, verbose_name="is waited for"),
        ),
        AddConstraintNotValid(
            "bucket",
            models.CheckConstraint(
                condition=models.Q(
                    ("kept", 0),
                    models.Q(
                        ("kept__gt", 0),
                        ("kept__lte", models.F("capacity") - models.F("taken")),
                    ),
                    _connector="OR",
                ),
                name="bookings_inventory_bucket_kept_within_capacity",
            ),
        ),
        AddConstraintNotValid(
            "bucket",
            models.CheckConstraint(
                condition=models.Q(("kept", 0)) | models.Q(("is_awaited", True)),
                name="bookings_inventory_bucket_kept_for_somebody",
            ),
        ),
        migrations.CreateModel(
            "Return",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "region",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.DO_NOTHING,
                        related_name="+",
                        to="kernel_places.region",
                        verbose_name="region",
                    ),
                ),
                ("units", models.JSONField(verbose_name="units by bucket")),
                ("given_at", models.DateTimeField(verbose_name="came free at")),
                (
                    "served_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="handed out at"),
                ),
            ],
            options={
                "verbose_name": "return",
                "verbose_name_plural": "returns",
                "indexes": [
                    models.Index(
                        fields=["region", "id"],
                        condition=models.Q(("served_at__isnull", True)),
                        name="bookings_inventory_return_open",
                    ),
                    models.Index(fields=["given_at"], name="bookings_inventory_return_when"),
                ],
            },
        ),
    )
