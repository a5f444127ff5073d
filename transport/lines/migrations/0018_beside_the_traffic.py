from django.contrib.postgres.operations import AddIndexConcurrently, ValidateConstraint
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False
    dependencies = (("transport_lines", "0017_disruptions"),)
    operations = (
        ValidateConstraint("run", "transport_lines_run_delay"),
        migrations.RunSQL(
            "ALTER TABLE transport_lines_boarding VALIDATE CONSTRAINT transport_lines_boarding_train_fk",
            migrations.RunSQL.noop,
        ),
        AddIndexConcurrently(
            "boarding",
            models.Index(
                fields=("train",),
                condition=models.Q(train__isnull=False),
                name="transport_lines_boarding_train",
            ),
        ),
    )
