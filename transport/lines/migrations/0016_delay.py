"""How late a run is, and from which delay on its riders may choose. 0017 looks through the old rows."""

import django.core.validators
from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("transport_lines", "0011_beside_the_seats"),
    ]

    operations = [
        migrations.AddField(
            model_name="run",
            name="delay_s",
            field=models.PositiveIntegerField(
                db_default=0, default=0, verbose_name="delay (seconds)"
            ),
        ),
        AddConstraintNotValid(
            model_name="run",
            constraint=models.CheckConstraint(
                condition=models.Q(("delay_s__lte", 43200)), name="transport_lines_run_delay"
            ),
        ),
        migrations.AddField(
            model_name="shuttleline",
            name="choice_from_min",
            field=models.PositiveSmallIntegerField(
                db_default=30,
                default=30,
                help_text=(
                    "From so late on they may take another departure or have all their money back; a"
                    " smaller delay they are only told of."
                ),
                validators=[django.core.validators.MinValueValidator(1)],
                verbose_name="riders may choose when it is so many minutes late",
            ),
        ),
    ]
