"""Refunds that no payment holds any more; 0010 looks through the old rows beside the traffic."""

import django.db.models.deletion
from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("bookings_payments", "0004_rest"),
        ("bookings_refunds", "0008_returned_twice"),
    ]

    operations = [
        migrations.AlterField(
            model_name="refund",
            name="attempt",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="refunds",
                to="bookings_payments.attempt",
                verbose_name="payment",
            ),
        ),
        AddConstraintNotValid(
            model_name="refund",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("attempt__isnull", False),
                    ("state__in", ("DONE", "FAILED")),
                    _connector="OR",
                ),
                name="bookings_refunds_refund_sent_by_a_payment",
            ),
        ),
    ]
