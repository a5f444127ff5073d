"""How often a ride may be handed on, and until when: as every ride was until now."""

import django.core.validators
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("transport_lines", "0005_only_patterns"),
    ]

    operations = [
        migrations.AddField(
            model_name="shuttleline",
            name="transfer_days",
            field=models.PositiveSmallIntegerField(
                db_default=1,
                default=1,
                help_text=(
                    "Until 24:00 of that day before departure: 1 is the day before, 0 the day itself, as"
                    " long as nobody has boarded. Of one code with a ticket the stricter rule counts."
                    " What was sold keeps the rule it was sold with."
                ),
                validators=[django.core.validators.MaxValueValidator(60)],
                verbose_name="handed on until so many days before",
            ),
        ),
        migrations.AddField(
            model_name="shuttleline",
            name="transfers",
            field=models.PositiveSmallIntegerField(
                db_default=1,
                default=1,
                help_text="A seat is anybody's: to whom is not checked; 0: never.",
                validators=[django.core.validators.MaxValueValidator(10)],
                verbose_name="may be handed on so many times",
            ),
        ),
        migrations.AddConstraint(
            model_name="shuttleline",
            constraint=models.CheckConstraint(
                condition=models.Q(("transfer_days__lte", 60), ("transfers__lte", 10)),
                name="transport_lines_line_transfers",
            ),
        ),
    ]
