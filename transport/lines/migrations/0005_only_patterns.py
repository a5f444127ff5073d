import django.core.validators
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Every trip and run has its pattern; the old columns go."""

    dependencies = [("transport_lines", "0004_fill_patterns")]

    operations = [
        migrations.AlterField(
            model_name="timetabletrip",
            name="pattern",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="trips",
                to="transport_lines.pattern",
                verbose_name="stop pattern",
            ),
        ),
        migrations.AlterField(
            model_name="run",
            name="pattern",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="runs",
                to="transport_lines.pattern",
                verbose_name="stop pattern",
            ),
        ),
        migrations.AlterField(
            model_name="timetabletrip",
            name="departs_s",
            field=models.PositiveIntegerField(
                validators=[django.core.validators.MaxValueValidator(345600)],
                verbose_name="departs (seconds after midnight)",
            ),
        ),
        migrations.RemoveField(
            model_name="linestop",
            name="line",
        ),
        migrations.RemoveField(
            model_name="linestop",
            name="place",
        ),
        migrations.RemoveConstraint(
            model_name="run",
            name="transport_lines_run_once",
        ),
        migrations.RemoveField(
            model_name="run",
            name="direction",
        ),
        migrations.RemoveField(
            model_name="timetabletrip",
            name="departs_min",
        ),
        migrations.RemoveField(
            model_name="timetabletrip",
            name="direction",
        ),
        migrations.AddConstraint(
            model_name="run",
            constraint=models.UniqueConstraint(
                fields=("trip", "service_date", "number"), name="transport_lines_run_once"
            ),
        ),
        migrations.DeleteModel(
            name="LineStop",
        ),
    ]
