"""A closed tab may owe more than its limit; 0003 looks through the rows beside the traffic."""

from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("bookings_tabs", "0001_initial"),
    ]

    operations = [
        AddConstraintNotValid(
            model_name="tab",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("used_fen__lte", models.F("limit_fen")), ("is_open", False), _connector="OR"
                ),
                name="bookings_tabs_tab_open_within_limit",
            ),
        ),
        migrations.RemoveConstraint(model_name="tab", name="bookings_tabs_tab_within_limit"),
    ]
