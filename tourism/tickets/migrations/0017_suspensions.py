import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """What closes sale has a name of its own. Table and columns stay: code of before goes on working."""

    dependencies = [
        ("tourism_crowd", "0001_initial"),
        ("tourism_tickets", "0016_groups_forgotten"),
    ]

    operations = [
        migrations.AlterModelTable("Stop", "tourism_tickets_stop"),
        migrations.RenameModel("Stop", "Suspension"),
        migrations.AlterModelOptions(
            "Suspension",
            {"verbose_name": "suspension", "verbose_name_plural": "suspensions"},
        ),
        migrations.AlterField(
            "stoppedline",
            "stop",
            models.ForeignKey(
                db_column="stop_id",
                on_delete=django.db.models.deletion.PROTECT,
                related_name="stopped_lines",
                to="tourism_tickets.suspension",
                verbose_name="suspension",
            ),
        ),
        migrations.RenameField("stoppedline", "stop", "suspension"),
        migrations.SeparateDatabaseAndState(  # the same columns by another name
            state_operations=[
                migrations.RemoveConstraint("stoppedline", "tourism_tickets_stoppedline_once"),
                migrations.AddConstraint(
                    "stoppedline",
                    models.UniqueConstraint(
                        fields=("suspension", "line"), name="tourism_tickets_stoppedline_once"
                    ),
                ),
            ]
        ),
        migrations.AlterField(
            "slot",
            "stop_id",
            models.BigIntegerField(
                blank=True, db_column="stop_id", null=True, verbose_name="closed by the suspension"
            ),
        ),
        migrations.RenameField("slot", "stop_id", "suspension_id"),
        migrations.AddField(
            "suspension",
            "cause",
            models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="suspensions",
                to="tourism_crowd.stop",
                verbose_name="because of",
            ),
        ),
    ]
