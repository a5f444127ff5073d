from django.contrib.postgres.operations import ValidateConstraint
from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [
        ("bookings_tabs", "0002_open_within_limit"),
    ]

    operations = [
        ValidateConstraint("tab", "bookings_tabs_tab_open_within_limit"),
    ]
