"""Runs that are late or called off, what riders choose, and trains. 0018 looks through the old rows."""

import django.core.validators
import django.db.models.deletion
from django.db import migrations, models

# The key beside the traffic: what is there has no train, so it is checked and indexed by 0018.
_TRAIN = """
    ALTER TABLE transport_lines_boarding ADD COLUMN train_id bigint NULL;
    ALTER TABLE transport_lines_boarding ADD CONSTRAINT transport_lines_boarding_train_fk
        FOREIGN KEY (train_id) REFERENCES transport_trains_train (id)
        DEFERRABLE INITIALLY DEFERRED NOT VALID;
"""
_NO_TRAIN = "ALTER TABLE transport_lines_boarding DROP COLUMN train_id"


class Migration(migrations.Migration):
    dependencies = [
        ("bookings_orders", "0015_unused_lines"),
        ("kernel_places", "0003_stations"),
        ("transport_lines", "0016_delay"),
        ("transport_trains", "0001_initial"),
    ]

    operations = [
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(_TRAIN, _NO_TRAIN)],
            state_operations=[
                migrations.AddField(
                    model_name="boarding",
                    name="train",
                    field=models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="transport_trains.train",
                        verbose_name="arrives with train",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Disruption",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("DELAY", "late"),
                            ("CANCEL", "called off"),
                            ("RESTORE", "runs after all"),
                            ("TRAIN", "a train is late"),
                        ],
                        max_length=7,
                        verbose_name="what",
                    ),
                ),
                ("delay_s", models.PositiveIntegerField(default=0, verbose_name="delay (seconds)")),
                (
                    "reason_zh",
                    models.CharField(blank=True, max_length=120, verbose_name="reason (Chinese)"),
                ),
                (
                    "reason_en",
                    models.CharField(blank=True, max_length=160, verbose_name="reason (English)"),
                ),
                ("has_choice", models.BooleanField(verbose_name="riders choose")),
                ("actor", models.CharField(max_length=64, verbose_name="by")),
                ("made_at", models.DateTimeField(verbose_name="at")),
                (
                    "ended_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="replaced at"),
                ),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="disruptions",
                        to="transport_lines.run",
                        verbose_name="run",
                    ),
                ),
                (
                    "train",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="transport_trains.train",
                        verbose_name="train",
                    ),
                ),
            ],
            options={
                "verbose_name": "disruption",
                "verbose_name_plural": "disruptions",
            },
        ),
        migrations.CreateModel(
            name="AffectedRide",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("part_keys", models.JSONField(verbose_name="parts")),
                (
                    "choice",
                    models.CharField(
                        choices=[
                            ("OPEN", "not decided"),
                            ("KEEP", "rides as it is now"),
                            ("MOVE", "another departure"),
                            ("REFUND", "money back"),
                            ("CREDIT", "a voucher of 10 % more"),
                        ],
                        default="OPEN",
                        max_length=6,
                        verbose_name="choice",
                    ),
                ),
                (
                    "on_silence",
                    models.CharField(
                        choices=[("KEEP", "stays as it is now"), ("REFUND", "money back")],
                        max_length=6,
                        verbose_name="without an answer",
                    ),
                ),
                ("decide_by", models.DateTimeField(verbose_name="to be chosen by")),
                (
                    "chosen_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="chosen at"),
                ),
                (
                    "credited_to",
                    models.CharField(
                        blank=True, default="", max_length=64, verbose_name="whose voucher"
                    ),
                ),
                (
                    "ended_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="carried out at"),
                ),
                (
                    "line",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="bookings_orders.line",
                        verbose_name="order line",
                    ),
                ),
                (
                    "moved_to",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="transport_lines.run",
                        verbose_name="moved to",
                    ),
                ),
                (
                    "disruption",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="rides",
                        to="transport_lines.disruption",
                        verbose_name="disruption",
                    ),
                ),
            ],
            options={
                "verbose_name": "affected ride",
                "verbose_name_plural": "affected rides",
            },
        ),
        migrations.CreateModel(
            name="Connection",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("loaded_digest", models.CharField(blank=True, editable=False, max_length=64)),
                ("source", models.TextField(blank=True, verbose_name="source")),
                (
                    "confidence",
                    models.CharField(
                        choices=[
                            ("HIGH", "high: an official figure, or two independent sources"),
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
                    models.DateTimeField(blank=True, null=True, verbose_name="confirmed at"),
                ),
                (
                    "confirmed_by",
                    models.CharField(blank=True, max_length=64, verbose_name="confirmed by"),
                ),
                ("station", models.CharField(max_length=40, verbose_name="railway station")),
                (
                    "train_number",
                    models.CharField(
                        blank=True,
                        help_text="Empty: every train that arrives there.",
                        max_length=8,
                        validators=[
                            django.core.validators.RegexValidator(
                                "\\A([GDCZTKYLS]?[0-9]{1,5})?\\Z",
                                "must be a train's number, such as G3027",
                            )
                        ],
                        verbose_name="train",
                    ),
                ),
                (
                    "arrives_s",
                    models.PositiveIntegerField(
                        blank=True,
                        null=True,
                        validators=[django.core.validators.MaxValueValidator(345600)],
                        verbose_name="train arrives (seconds after midnight)",
                    ),
                ),
                (
                    "transfer_min",
                    models.PositiveSmallIntegerField(
                        default=20,
                        validators=[django.core.validators.MaxValueValidator(180)],
                        verbose_name="minutes from the train to the vehicle",
                    ),
                ),
                (
                    "rule",
                    models.CharField(
                        choices=[
                            ("REBOOK", "they get the next departure with room"),
                            ("WAIT", "the run waits"),
                        ],
                        default="REBOOK",
                        max_length=6,
                        verbose_name="when the train is late",
                    ),
                ),
                (
                    "wait_min",
                    models.PositiveSmallIntegerField(
                        default=0,
                        help_text="Of a train that is later still the riders get the next departure.",
                        validators=[django.core.validators.MaxValueValidator(120)],
                        verbose_name="waits so many minutes at most",
                    ),
                ),
                (
                    "line",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="connections",
                        to="transport_lines.shuttleline",
                        verbose_name="line",
                    ),
                ),
                (
                    "place",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="kernel_places.place",
                        verbose_name="stop",
                    ),
                ),
                (
                    "trip",
                    models.ForeignKey(
                        blank=True,
                        help_text="Empty: every trip of the line.",
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="connections",
                        to="transport_lines.timetabletrip",
                        verbose_name="trip",
                    ),
                ),
            ],
            options={
                "verbose_name": "connection",
                "verbose_name_plural": "connections",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("line", "trip", "place", "train_number"),
                        name="transport_lines_connection_once",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("rule", "REBOOK"), ("wait_min__gte", 1), _connector="OR"
                        ),
                        name="transport_lines_connection_waits",
                        violation_error_message="A run that waits needs the minutes it waits at most.",
                    ),
                ],
            },
        ),
        migrations.AddIndex(
            model_name="disruption",
            index=models.Index(fields=["made_at"], name="transport_lines_disruption_at"),
        ),
        migrations.AddConstraint(
            model_name="disruption",
            constraint=models.UniqueConstraint(
                condition=models.Q(("kind", "TRAIN")),
                fields=("run", "train"),
                name="transport_lines_disruption_train",
            ),
        ),
        migrations.AddConstraint(
            model_name="disruption",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "TRAIN"), ("train__isnull", False)),
                    models.Q(models.Q(("kind", "TRAIN"), _negated=True), ("train__isnull", True)),
                    _connector="OR",
                ),
                name="transport_lines_disruption_cause",
            ),
        ),
        migrations.AddConstraint(
            model_name="disruption",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind", "DELAY"), ("delay_s", 0), _connector="OR"),
                name="transport_lines_disruption_delay",
            ),
        ),
        migrations.AddIndex(
            model_name="affectedride",
            index=models.Index(
                condition=models.Q(("ended_at__isnull", True)),
                fields=["decide_by"],
                name="transport_lines_affectedride_d",
            ),
        ),
        migrations.AddConstraint(
            model_name="affectedride",
            constraint=models.UniqueConstraint(
                fields=("disruption", "line"), name="transport_lines_affectedride_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="affectedride",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("choice", "OPEN"), ("chosen_at__isnull", True)),
                    models.Q(
                        models.Q(("choice", "OPEN"), _negated=True), ("chosen_at__isnull", False)
                    ),
                    _connector="OR",
                ),
                name="transport_lines_affectedride_chosen",
            ),
        ),
        migrations.AddConstraint(
            model_name="affectedride",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("choice", "CREDIT"), _negated=True),
                    models.Q(("credited_to", ""), _negated=True),
                    _connector="OR",
                ),
                name="transport_lines_affectedride_credited",
            ),
        ),
    ]
