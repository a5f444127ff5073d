import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("tourism_areas", "0002_calendar_to_places"),
    ]

    operations = [
        migrations.AddField(
            model_name="gate",
            name="scans",
            field=models.CharField(
                choices=[("IN", "entry only"), ("OUT", "exit only"), ("BOTH", "entry and exit")],
                db_default="IN",
                default="IN",
                max_length=4,
                verbose_name="scanned",
            ),
        ),
        migrations.AlterField(
            model_name="cableway",
            name="kind",
            field=models.CharField(
                choices=[
                    ("gondola", "gondola"),
                    ("aerial_tram", "aerial tram"),
                    ("funicular", "funicular"),
                    ("shuttle", "inner shuttle"),
                ],
                max_length=12,
                verbose_name="kind",
            ),
        ),
        migrations.CreateModel(
            name="JointScan",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "also",
                    models.ForeignKey(
                        blank=True,
                        help_text="Empty: the admission of the area.",
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="tourism_areas.cableway",
                        verbose_name="is good for",
                    ),
                ),
                (
                    "area",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="joint_scans",
                        to="tourism_areas.scenicarea",
                        verbose_name="scenic area",
                    ),
                ),
                (
                    "gate",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="joint_scans",
                        to="tourism_areas.gate",
                        verbose_name="at the gate",
                    ),
                ),
                (
                    "station",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="joint_scans",
                        to="tourism_areas.cableway",
                        verbose_name="at the stations of",
                    ),
                ),
            ],
            options={
                "verbose_name": "joint scan",
                "verbose_name_plural": "joint scans",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("gate", "station", "also"),
                        name="tourism_areas_jointscan_once",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("also__isnull", False),
                                ("gate__isnull", False),
                                ("station__isnull", True),
                            ),
                            models.Q(("gate__isnull", True), ("station__isnull", False)),
                            _connector="OR",
                        ),
                        name="tourism_areas_jointscan_at_one_place",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("station__isnull", True),
                            ("also__isnull", True),
                            models.Q(("also", models.F("station")), _negated=True),
                            _connector="OR",
                        ),
                        name="tourism_areas_jointscan_of_another",
                    ),
                ],
            },
        ),
    ]
