import django.db.models.deletion
from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


class Migration(migrations.Migration):
    """What goes to a balance instead of back. 0007 looks through the old bonuses beside the traffic."""

    dependencies = (("bookings_balance", "0005_validate_sums_of_returns"),)
    operations = (
        migrations.AlterField(
            "grant",
            "top_up",
            models.OneToOneField(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT,
                related_name="grant", to="bookings_balance.topup", verbose_name="top-up",
            ),
        ),
        migrations.CreateModel(
            "Credit",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.CharField(max_length=80, unique=True, verbose_name="key")),
                ("words", models.CharField(blank=True, max_length=60, verbose_name="words")),
                ("fen", models.BigIntegerField(verbose_name="credited (fen)")),
                ("bonus_fen", models.BigIntegerField(default=0, verbose_name="bonus (fen)")),
                ("at", models.DateTimeField(verbose_name="at")),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="credits",
                        to="bookings_balance.account", verbose_name="balance",
                    ),
                ),
            ],
            options={
                "verbose_name": "credit to a balance",
                "verbose_name_plural": "credits to balances",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("fen__gt", 0), ("bonus_fen__gte", 0)),
                        name="bookings_balance_credit_sums",
                    )
                ],
            },
        ),
        migrations.AddField(
            "grant",
            "credit",
            models.OneToOneField(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT,
                related_name="grant", to="bookings_balance.credit", verbose_name="credit",
            ),
        ),
        AddConstraintNotValid(
            "grant",
            models.CheckConstraint(
                condition=models.Q(
                    models.Q(("credit__isnull", True), ("top_up__isnull", False)),
                    models.Q(("credit__isnull", False), ("top_up__isnull", True)),
                    _connector="OR",
                ),
                name="bookings_balance_grant_of_one",
            ),
        ),
    )  # fmt: skip
