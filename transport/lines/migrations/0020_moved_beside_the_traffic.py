"""Runs that were moved within the last minutes are found quickly."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = (("transport_lines", "0019_moved_runs"),)
    operations = (
        AddIndexConcurrently(
            "run",
            models.Index(
                fields=["moved_at"],
                condition=models.Q(("moved_at__isnull", False)),
                name="transport_lines_run_moved",
            ),
        ),
    )
