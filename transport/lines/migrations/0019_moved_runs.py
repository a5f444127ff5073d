"""When a run was moved, and how far a line moves its riders along. 0020 indexes it beside the traffic.

A run's line, trip and pattern are the first columns of wider indexes: indexes of their own only cost
time where thousands of runs are laid out.
"""

import django.core.validators
import django.db.models.deletion
from django.db import migrations, models


def _reference(model: str, verbose_name: str) -> models.ForeignKey:
    return models.ForeignKey(
        on_delete=django.db.models.deletion.PROTECT,
        related_name="runs",
        to=f"transport_lines.{model}",
        db_index=False,
        verbose_name=verbose_name,
    )


class Migration(migrations.Migration):
    dependencies = (("transport_lines", "0018_beside_the_traffic"),)
    operations = (
        migrations.AddField(
            "run", "moved_at", models.DateTimeField(blank=True, null=True, verbose_name="moved at")
        ),
        migrations.AddField(
            "shuttleline",
            "moved_along_min",
            models.PositiveSmallIntegerField(
                db_default=30,
                default=30,
                help_text=(
                    "When a departure moves: they are told, keep their seats and may have their"
                    " money back. What moves further is cancelled; 0: everything that moves."
                ),
                validators=[django.core.validators.MaxValueValidator(120)],
                verbose_name="riders are moved along by up to so many minutes",
            ),
        ),
        migrations.AlterField("run", "line", _reference("shuttleline", "line")),
        migrations.AlterField("run", "trip", _reference("timetabletrip", "trip")),
        migrations.AlterField("run", "pattern", _reference("pattern", "stop pattern")),
    )
