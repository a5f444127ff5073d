import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("transport_fleet", "0001_initial"),
        ("transport_lines", "0009_relief"),
    ]

    operations = [
        migrations.CreateModel(
            name="Assignment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "number",
                    models.PositiveSmallIntegerField(
                        default=1, verbose_name="vehicle number of the run"
                    ),
                ),
                ("assigned_at", models.DateTimeField(verbose_name="assigned at")),
                ("assigned_by", models.CharField(max_length=64, verbose_name="assigned by")),
                (
                    "driver",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="assignments",
                        to="transport_fleet.driver",
                        verbose_name="driver",
                    ),
                ),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="assignments",
                        to="transport_lines.run",
                        verbose_name="run",
                    ),
                ),
                (
                    "vehicle",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="assignments",
                        to="transport_fleet.vehicle",
                        verbose_name="vehicle",
                    ),
                ),
            ],
            options={
                "verbose_name": "assignment",
                "verbose_name_plural": "assignments",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("run", "number"), name="transport_lines_assignment_number"
                    ),
                    models.UniqueConstraint(
                        fields=("run", "vehicle"), name="transport_lines_assignment_vehicle"
                    ),
                    models.UniqueConstraint(
                        fields=("run", "driver"), name="transport_lines_assignment_driver"
                    ),
                ],
            },
        ),
    ]
