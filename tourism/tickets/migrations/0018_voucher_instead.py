from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


class Migration(migrations.Migration):
    """A voucher instead of money. 0017 looks through the old rows beside the traffic."""

    dependencies = [
        ("bookings_orders", "0015_unused_lines"),
        ("tourism_tickets", "0017_suspensions"),
    ]

    operations = [
        migrations.AddField(
            model_name="stoppedline",
            name="credited_to",
            field=models.CharField(
                blank=True, db_default="", default="", max_length=64, verbose_name="whose voucher"
            ),
        ),
        migrations.AlterField(
            model_name="stoppedline",
            name="choice",
            field=models.CharField(
                choices=[
                    ("OPEN", "not said yet"),
                    ("REFUND", "the money back"),
                    ("MOVE", "another time"),
                    ("CREDIT", "a voucher of 10 % more"),
                    ("WAIT", "wait until it runs again"),
                    ("KEPT", "it ran again in time"),
                ],
                default="OPEN",
                max_length=6,
                verbose_name="choice",
            ),
        ),
        AddConstraintNotValid(
            model_name="stoppedline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("choice", "CREDIT"), _negated=True),
                    models.Q(("credited_to", ""), _negated=True),
                    _connector="OR",
                ),
                name="tourism_tickets_stoppedline_credited",
            ),
        ),
    ]
