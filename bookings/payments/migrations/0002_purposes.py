"""Payments for more than whole orders: shares, deposits, changes, and what belongs to no order.

Columns come with a default of the database's own: no row is rewritten, and code from before this can
go on writing. 0003 finishes what would hold up the traffic.
"""

import django.db.models.deletion
from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("bookings_orders", "0002_fewer_indexes"),
        ("bookings_payments", "0001_initial"),
    ]

    operations = [
        migrations.AddField(
            model_name="attempt",
            name="authorised_fen",
            field=models.BigIntegerField(db_default=0, default=0, verbose_name="set aside (fen)"),
        ),
        migrations.AddField(
            model_name="attempt",
            name="closes_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="closes at"),
        ),
        migrations.AddField(
            model_name="attempt",
            name="dispute",
            field=models.CharField(
                blank=True,
                choices=[
                    ("OPEN", "open"),
                    ("WON", "decided for us"),
                    ("LOST", "decided for the buyer"),
                ],
                db_default="",
                default="",
                max_length=10,
                verbose_name="dispute",
            ),
        ),
        migrations.AddField(
            model_name="attempt",
            name="disputed_fen",
            field=models.BigIntegerField(db_default=0, default=0, verbose_name="disputed (fen)"),
        ),
        migrations.AddField(
            model_name="attempt",
            name="how",
            field=models.CharField(
                db_default="CHARGE", default="CHARGE", max_length=10, verbose_name="how"
            ),
        ),
        migrations.AddField(
            model_name="attempt",
            name="language",
            field=models.CharField(
                db_default="zh-hans", default="zh-hans", max_length=10, verbose_name="language"
            ),
        ),
        migrations.AddField(
            model_name="attempt",
            name="payer",
            field=models.CharField(
                blank=True, db_default="", default="", max_length=64, verbose_name="payer"
            ),
        ),
        migrations.AddField(
            model_name="attempt",
            name="purpose",
            field=models.CharField(
                choices=[
                    ("ORDER", "an order"),
                    ("SHARE", "a friend's share of an order"),
                    ("DEPOSIT", "a deposit"),
                    ("CHANGE", "the difference of a change"),
                    ("TOP_UP", "topping up a balance"),
                    ("BILL", "a monthly bill"),
                ],
                db_default="ORDER",
                default="ORDER",
                max_length=10,
                verbose_name="purpose",
            ),
        ),
        migrations.AddField(
            model_name="attempt",
            name="purpose_id",
            field=models.BigIntegerField(
                db_default=0, default=0, verbose_name="number of the purpose"
            ),
        ),
        migrations.AddField(
            model_name="attempt",
            name="qr",
            field=models.CharField(
                blank=True, db_default="", default="", max_length=500, verbose_name="payment code"
            ),
        ),
        migrations.AddField(
            model_name="attempt",
            name="told_refunded_fen",
            field=models.BigIntegerField(
                db_default=0, default=0, verbose_name="returned, as the provider says (fen)"
            ),
        ),
        migrations.AddField(
            model_name="attempt",
            name="transaction_ref",
            field=models.CharField(
                blank=True,
                db_default="",
                default="",
                max_length=120,
                verbose_name="provider's transaction",
            ),
        ),
        migrations.AddField(
            model_name="attempt",
            name="words",
            field=models.CharField(
                blank=True, db_default="", default="", max_length=60, verbose_name="words"
            ),
        ),
        migrations.AlterField(
            model_name="attempt",
            name="order",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="attempts",
                to="bookings_orders.order",
                verbose_name="order",
            ),
        ),
        migrations.AlterField(
            model_name="attempt",
            name="redirect_url",
            field=models.CharField(blank=True, max_length=2000, verbose_name="payment page"),
        ),
        migrations.AlterField(
            model_name="attempt",
            name="state",
            field=models.CharField(
                choices=[
                    ("CREATED", "being started at the provider"),
                    ("PENDING", "waiting for the buyer"),
                    ("FAILED", "failed"),
                    ("AUTHORISED", "set aside"),
                    ("RELEASED", "released, nothing was taken"),
                    ("SUCCEEDED", "money received"),
                ],
                default="CREATED",
                max_length=10,
                verbose_name="state",
            ),
        ),
        AddConstraintNotValid(
            model_name="attempt",
            constraint=models.CheckConstraint(
                condition=models.Q(("captured_fen__lte", models.F("amount_fen"))),
                name="bookings_payments_attempt_captured_within_amount",
            ),
        ),
        AddConstraintNotValid(
            model_name="attempt",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("order__isnull", False), ("purpose__in", ("TOP_UP", "BILL")), _connector="OR"
                ),
                name="bookings_payments_attempt_has_its_order",
            ),
        ),
    ]
