"""What is taken back from balances; 0003 looks through the old rows beside the traffic."""

import django.db.models.deletion
from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("bookings_balance", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="account",
            name="blocked_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="blocked at"),
        ),
        migrations.AddField(
            model_name="account",
            name="owed_fen",
            field=models.BigIntegerField(db_default=0, default=0, verbose_name="owed to us (fen)"),
        ),
        AddConstraintNotValid(
            model_name="account",
            constraint=models.CheckConstraint(
                condition=models.Q(("owed_fen__gte", 0)), name="bookings_balance_account_owed"
            ),
        ),
        migrations.CreateModel(
            name="TakenBack",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.CharField(max_length=80, unique=True, verbose_name="key")),
                ("attempt_id", models.BigIntegerField(verbose_name="payment")),
                ("paid_fen", models.BigIntegerField(verbose_name="paid in (fen)")),
                ("bonus_fen", models.BigIntegerField(verbose_name="bonus (fen)")),
                ("owed_fen", models.BigIntegerField(verbose_name="owed to us (fen)")),
                ("at", models.DateTimeField(verbose_name="at")),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="taken_back",
                        to="bookings_balance.account",
                        verbose_name="balance",
                    ),
                ),
            ],
            options={
                "verbose_name": "taken back from a balance",
                "verbose_name_plural": "taken back from balances",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("paid_fen__gte", 0), ("bonus_fen__gte", 0), ("owed_fen__gte", 0)
                        ),
                        name="bookings_balance_takenback_sums",
                    )
                ],
            },
        ),
    ]
