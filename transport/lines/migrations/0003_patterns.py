"""Stop patterns and services beside the old tables; nothing reads them yet."""

import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts_organisations", "0002_agencies"),
        ("kernel_places", "0002_calendarday"),
        ("transport_lines", "0002_fare_rules"),
    ]

    operations = [
        migrations.CreateModel(
            name="Headway",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "first_s",
                    models.PositiveIntegerField(
                        validators=[django.core.validators.MaxValueValidator(345600)],
                        verbose_name="first departure (seconds after midnight)",
                    ),
                ),
                (
                    "until_s",
                    models.PositiveIntegerField(
                        validators=[django.core.validators.MaxValueValidator(345600)],
                        verbose_name="until before (seconds after midnight)",
                    ),
                ),
                ("every_s", models.PositiveIntegerField(verbose_name="every (seconds)")),
                ("is_exact", models.BooleanField(default=False, verbose_name="exactly then")),
            ],
            options={
                "verbose_name": "headway",
                "verbose_name_plural": "headways",
            },
        ),
        migrations.CreateModel(
            name="Pattern",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("loaded_digest", models.CharField(blank=True, editable=False, max_length=64)),
                ("slug", models.CharField(max_length=80, verbose_name="short name")),
                (
                    "direction",
                    models.CharField(
                        choices=[("OUT", "outbound"), ("BACK", "inbound")],
                        max_length=4,
                        verbose_name="direction",
                    ),
                ),
                (
                    "headsign_zh",
                    models.CharField(
                        blank=True, max_length=200, verbose_name="destination shown (Chinese)"
                    ),
                ),
                (
                    "headsign_en",
                    models.CharField(
                        blank=True, max_length=200, verbose_name="destination shown (English)"
                    ),
                ),
                (
                    "ride_fares_fen",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.PositiveIntegerField(),
                        blank=True,
                        default=list,
                        size=None,
                        verbose_name="fare of each ride",
                    ),
                ),
            ],
            options={
                "verbose_name": "stop pattern",
                "verbose_name_plural": "stop patterns",
            },
        ),
        migrations.CreateModel(
            name="PatternStop",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("loaded_digest", models.CharField(blank=True, editable=False, max_length=64)),
                ("seq", models.PositiveSmallIntegerField(verbose_name="position")),
                (
                    "arrives_s",
                    models.IntegerField(verbose_name="arrives (seconds after departure)"),
                ),
                (
                    "departs_s",
                    models.PositiveIntegerField(verbose_name="leaves (seconds after departure)"),
                ),
                ("metres", models.PositiveIntegerField(verbose_name="metres from the first stop")),
                (
                    "fare_fen",
                    models.PositiveIntegerField(verbose_name="fare from the first stop (fen)"),
                ),
                ("may_board", models.BooleanField(default=True, verbose_name="riders get on")),
                ("may_alight", models.BooleanField(default=True, verbose_name="riders get off")),
            ],
            options={
                "verbose_name": "stop",
                "verbose_name_plural": "stops",
            },
        ),
        migrations.CreateModel(
            name="Service",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("loaded_digest", models.CharField(blank=True, editable=False, max_length=64)),
                ("slug", models.CharField(max_length=255, verbose_name="short name")),
                (
                    "weekdays",
                    models.CharField(
                        blank=True,
                        max_length=7,
                        validators=[
                            django.core.validators.RegexValidator(
                                "\\A[1-7]{0,7}\\Z", "must be numbers of weekdays, 1 to 7"
                            )
                        ],
                        verbose_name="weekdays",
                    ),
                ),
                ("first_date", models.DateField(blank=True, null=True, verbose_name="first day")),
                ("last_date", models.DateField(blank=True, null=True, verbose_name="last day")),
            ],
            options={
                "verbose_name": "service",
                "verbose_name_plural": "services",
            },
        ),
        migrations.CreateModel(
            name="ServiceDate",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("date", models.DateField(verbose_name="day")),
                (
                    "kind",
                    models.CharField(
                        choices=[("ADDED", "runs all the same"), ("REMOVED", "does not run")],
                        max_length=7,
                        verbose_name="kind",
                    ),
                ),
            ],
            options={
                "verbose_name": "date of a service",
                "verbose_name_plural": "dates of a service",
            },
        ),
        migrations.AddField(
            model_name="run",
            name="number",
            field=models.PositiveSmallIntegerField(default=0, verbose_name="number on the day"),
        ),
        migrations.AddField(
            model_name="shuttleline",
            name="colour",
            field=models.CharField(
                blank=True,
                max_length=6,
                validators=[
                    django.core.validators.RegexValidator(
                        "\\A([0-9A-Fa-f]{6})?\\Z", "must be six hexadecimal digits"
                    )
                ],
                verbose_name="colour",
            ),
        ),
        migrations.AddField(
            model_name="shuttleline",
            name="mode",
            field=models.PositiveSmallIntegerField(
                default=3, verbose_name="mode (GTFS route type)"
            ),
        ),
        migrations.AddField(
            model_name="shuttleline",
            name="short_name",
            field=models.CharField(
                blank=True, max_length=60, verbose_name="number or short name on the vehicle"
            ),
        ),
        migrations.AddField(
            model_name="shuttleline",
            name="text_colour",
            field=models.CharField(
                blank=True,
                max_length=6,
                validators=[
                    django.core.validators.RegexValidator(
                        "\\A([0-9A-Fa-f]{6})?\\Z", "must be six hexadecimal digits"
                    )
                ],
                verbose_name="colour of the text",
            ),
        ),
        migrations.AddField(
            model_name="shuttleline",
            name="time_zone",
            field=models.CharField(
                blank=True,
                help_text="Empty: the region's.",
                max_length=40,
                verbose_name="time zone",
            ),
        ),
        migrations.AddField(
            model_name="timetabletrip",
            name="departs_s",
            field=models.PositiveIntegerField(
                null=True,
                validators=[django.core.validators.MaxValueValidator(345600)],
                verbose_name="departs (seconds after midnight)",
            ),
        ),
        migrations.AlterField(
            model_name="timetabletrip",
            name="slug",
            field=models.CharField(max_length=255, verbose_name="trip number"),
        ),
        migrations.AddField(
            model_name="headway",
            name="trip",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="headways",
                to="transport_lines.timetabletrip",
                verbose_name="trip",
            ),
        ),
        migrations.AddField(
            model_name="pattern",
            name="line",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="patterns",
                to="transport_lines.shuttleline",
                verbose_name="line",
            ),
        ),
        migrations.AddField(
            model_name="run",
            name="pattern",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="runs",
                to="transport_lines.pattern",
                verbose_name="stop pattern",
            ),
        ),
        migrations.AddField(
            model_name="timetabletrip",
            name="pattern",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="trips",
                to="transport_lines.pattern",
                verbose_name="stop pattern",
            ),
        ),
        migrations.AddIndex(
            model_name="run",
            index=models.Index(
                fields=["pattern", "departs_at"], name="transport_lines_run_pattern"
            ),
        ),
        migrations.AddField(
            model_name="patternstop",
            name="pattern",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="stops",
                to="transport_lines.pattern",
                verbose_name="stop pattern",
            ),
        ),
        migrations.AddField(
            model_name="patternstop",
            name="place",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="kernel_places.place",
                verbose_name="place",
            ),
        ),
        migrations.AddField(
            model_name="service",
            name="organisation",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                to="accounts_organisations.organisation",
                verbose_name="operator",
            ),
        ),
        migrations.AddField(
            model_name="timetabletrip",
            name="service",
            field=models.ForeignKey(
                blank=True,
                help_text="Empty: every day of the line's season.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="trips",
                to="transport_lines.service",
                verbose_name="service",
            ),
        ),
        migrations.AddField(
            model_name="servicedate",
            name="service",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="dates",
                to="transport_lines.service",
                verbose_name="service",
            ),
        ),
        migrations.AddConstraint(
            model_name="headway",
            constraint=models.UniqueConstraint(
                fields=("trip", "first_s"), name="transport_lines_headway_one"
            ),
        ),
        migrations.AddConstraint(
            model_name="headway",
            constraint=models.CheckConstraint(
                condition=models.Q(("every_s__gt", 0), ("first_s__lt", models.F("until_s"))),
                name="transport_lines_headway_forward",
            ),
        ),
        migrations.AddConstraint(
            model_name="pattern",
            constraint=models.UniqueConstraint(
                fields=("line", "slug"), name="transport_lines_pattern_slug"
            ),
        ),
        migrations.AddIndex(
            model_name="patternstop",
            index=models.Index(
                fields=["place", "pattern", "seq"], name="transport_lines_stop_place"
            ),
        ),
        migrations.AddConstraint(
            model_name="patternstop",
            constraint=models.UniqueConstraint(
                fields=("pattern", "seq"), name="transport_lines_patternstop_seq"
            ),
        ),
        migrations.AddConstraint(
            model_name="patternstop",
            constraint=models.CheckConstraint(
                condition=models.Q(("arrives_s__lte", models.F("departs_s"))),
                name="transport_lines_patternstop_times",
            ),
        ),
        migrations.AddConstraint(
            model_name="service",
            constraint=models.UniqueConstraint(
                fields=("organisation", "slug"), name="transport_lines_service_slug"
            ),
        ),
        migrations.AddConstraint(
            model_name="service",
            constraint=models.CheckConstraint(
                condition=models.Q(("first_date__lte", models.F("last_date"))),
                name="transport_lines_service_dates",
            ),
        ),
        migrations.AddConstraint(
            model_name="service",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("weekdays", ""),
                    models.Q(("first_date__isnull", False), ("last_date__isnull", False)),
                    _connector="OR",
                ),
                name="transport_lines_service_week",
            ),
        ),
        migrations.AddConstraint(
            model_name="servicedate",
            constraint=models.UniqueConstraint(
                fields=("service", "date"), name="transport_lines_servicedate_day"
            ),
        ),
    ]
