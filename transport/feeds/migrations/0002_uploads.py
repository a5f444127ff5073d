"""Names of agencies as they came; versions that are sent from the back office."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts_organisations", "0002_agencies"),
        ("kernel_places", "0003_stations"),
        ("transport_feeds", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="feed",
            name="agency_names",
            field=models.JSONField(
                blank=True, db_default={}, default=dict, verbose_name="names of agencies"
            ),
        ),
        migrations.CreateModel(
            name="Upload",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("slug", models.SlugField(blank=True, max_length=60, verbose_name="feed")),
                ("name", models.CharField(max_length=200, verbose_name="file")),
                ("size", models.PositiveIntegerField(verbose_name="size (bytes)")),
                ("content", models.BinaryField(null=True, verbose_name="content")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("WAITING", "is being checked"),
                            ("REFUSED", "refused"),
                            ("READY", "ready to be taken in"),
                            ("ACCEPTED", "is being taken in"),
                            ("APPLIED", "taken in"),
                            ("DISCARDED", "discarded"),
                            ("FAILED", "went wrong on our side"),
                        ],
                        default="WAITING",
                        max_length=9,
                        verbose_name="state",
                    ),
                ),
                (
                    "step",
                    models.CharField(
                        choices=[
                            ("QUEUED", "waits for its turn"),
                            ("READING", "reading and checking the files"),
                            ("COMPARING", "comparing with the version that is here"),
                            ("WRITING", "writing stops, lines and trips"),
                            ("RUNS", "laying out departures"),
                        ],
                        default="QUEUED",
                        max_length=9,
                        verbose_name="what is being done",
                    ),
                ),
                ("done", models.PositiveIntegerField(default=0, verbose_name="done")),
                ("total", models.PositiveIntegerField(default=0, verbose_name="of")),
                ("faults", models.JSONField(default=list, verbose_name="mistakes")),
                (
                    "fault_count",
                    models.PositiveIntegerField(default=0, verbose_name="number of mistakes"),
                ),
                ("notes", models.JSONField(default=list, verbose_name="notes")),
                (
                    "note_count",
                    models.PositiveIntegerField(default=0, verbose_name="number of notes"),
                ),
                ("changes", models.JSONField(default=dict, verbose_name="what it changes")),
                ("seen_sha256", models.CharField(blank=True, editable=False, max_length=64)),
                ("reason", models.JSONField(default=dict, verbose_name="reason")),
                ("uploaded_by", models.CharField(max_length=64, verbose_name="uploaded by")),
                ("uploaded_at", models.DateTimeField(verbose_name="uploaded at")),
                (
                    "decided_by",
                    models.CharField(blank=True, max_length=64, verbose_name="decided by"),
                ),
                (
                    "decided_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="decided at"),
                ),
                ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="ended at")),
                (
                    "organisation",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts_organisations.organisation",
                        verbose_name="operator",
                    ),
                ),
                (
                    "region",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="kernel_places.region",
                        verbose_name="region",
                    ),
                ),
            ],
            options={
                "verbose_name": "upload of a feed",
                "verbose_name_plural": "uploads of feeds",
                "indexes": [
                    models.Index(
                        condition=models.Q(("state__in", ("WAITING", "ACCEPTED"))),
                        fields=["id"],
                        name="transport_feeds_upload_due",
                    )
                ],
            },
        ),
    ]
