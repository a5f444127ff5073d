import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("bookings_orders", "0008_flag"),
        ("bookings_refunds", "0005_cancelled_parts"),
    ]

    operations = [
        migrations.AddField(
            model_name="refund",
            name="next_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="asked again at"),
        ),
        migrations.AddField(
            model_name="refund",
            name="paid_out_ref",
            field=models.CharField(
                blank=True, db_default="", max_length=80, verbose_name="transfer made instead"
            ),
        ),
        migrations.AddField(
            model_name="refund",
            name="promised_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="there at the latest"),
        ),
        migrations.AddField(
            model_name="refund",
            name="tries",
            field=models.PositiveIntegerField(db_default=0, default=0, verbose_name="tries"),
        ),
        migrations.AddField(
            model_name="refund",
            name="why",
            field=models.CharField(
                blank=True, db_default="", max_length=200, verbose_name="what is the matter"
            ),
        ),
        migrations.AlterField(
            model_name="refund",
            name="reason",
            field=models.CharField(
                choices=[
                    ("BUYER", "cancelled by the buyer"),
                    ("HARDSHIP", "agreed for a hardship"),
                    ("OUTSIDE", "returned by the payment service without us"),
                    ("OPERATOR", "cancelled by the operator"),
                    ("SUPPLIER", "refused by the supplier"),
                    ("PAID_TWICE", "paid twice"),
                    ("LATE_AND_GONE", "paid late, the places were gone"),
                    ("GIVEN_UP", "paid after the order was given up"),
                    ("CHANGED", "changed to something cheaper"),
                    ("DEPOSIT", "deposit returned"),
                    ("NOT_IN_FULL", "the rest was not paid in time"),
                    ("WRONG_AMOUNT", "another amount than asked for"),
                ],
                max_length=20,
                verbose_name="reason",
            ),
        ),
        migrations.AlterField(
            model_name="refund",
            name="state",
            field=models.CharField(
                choices=[
                    ("SENDING", "being sent to the payment service"),
                    ("SENT", "on its way at the payment service"),
                    ("DONE", "returned"),
                    ("FAILED", "stuck: a person must look"),
                ],
                default="SENDING",
                max_length=10,
                verbose_name="state",
            ),
        ),
        migrations.CreateModel(
            name="RefundRequest",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("parts", models.JSONField(verbose_name="parts")),
                ("words", models.CharField(max_length=500, verbose_name="why")),
                ("asked_by", models.CharField(max_length=64, verbose_name="asked by")),
                ("asked_at", models.DateTimeField(verbose_name="asked at")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("ASKED", "waiting for a decision"),
                            ("DECIDED", "waiting for a second person"),
                            ("DONE", "agreed"),
                            ("REFUSED", "not agreed"),
                        ],
                        default="ASKED",
                        max_length=10,
                        verbose_name="state",
                    ),
                ),
                (
                    "refund_fen",
                    models.BigIntegerField(blank=True, null=True, verbose_name="comes back (fen)"),
                ),
                (
                    "answer",
                    models.CharField(
                        blank=True, max_length=500, verbose_name="answer to the buyer"
                    ),
                ),
                (
                    "decided_by",
                    models.CharField(blank=True, max_length=64, verbose_name="decided by"),
                ),
                (
                    "approved_by",
                    models.CharField(blank=True, max_length=64, verbose_name="approved by"),
                ),
                (
                    "closed_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="closed at"),
                ),
                (
                    "order",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="refund_requests",
                        to="bookings_orders.order",
                        verbose_name="order",
                    ),
                ),
            ],
            options={
                "verbose_name": "refund request",
                "verbose_name_plural": "refund requests",
            },
        ),
        migrations.CreateModel(
            name="Evidence",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("content_type", models.CharField(max_length=40, verbose_name="kind of file")),
                ("sealed", models.TextField(verbose_name="file, sealed")),
                ("given_at", models.DateTimeField(verbose_name="given at")),
                (
                    "request",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="evidence",
                        to="bookings_refunds.refundrequest",
                        verbose_name="refund request",
                    ),
                ),
            ],
            options={
                "verbose_name": "evidence",
                "verbose_name_plural": "evidence",
            },
        ),
        migrations.CreateModel(
            name="BankDetails",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("token", models.CharField(max_length=32, unique=True, verbose_name="token")),
                ("expires_at", models.DateTimeField(verbose_name="link works until")),
                ("sealed", models.TextField(blank=True, verbose_name="details, sealed")),
                ("given_at", models.DateTimeField(blank=True, null=True, verbose_name="given at")),
                ("wiped_at", models.DateTimeField(blank=True, null=True, verbose_name="wiped at")),
                (
                    "refund",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="bank_details",
                        to="bookings_refunds.refund",
                        verbose_name="refund",
                    ),
                ),
            ],
            options={
                "verbose_name": "bank details",
                "verbose_name_plural": "bank details",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("wiped_at__isnull", True), ("sealed", ""), _connector="OR"
                        ),
                        name="bookings_refunds_bank_wiped",
                    )
                ],
            },
        ),
        migrations.AddConstraint(
            model_name="refundrequest",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ("ASKED", "DECIDED"))),
                fields=("order",),
                name="bookings_refunds_request_one_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="refundrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("approved_by", ""),
                    models.Q(
                        models.Q(("approved_by", models.F("decided_by")), _negated=True),
                        models.Q(("approved_by", models.F("asked_by")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="bookings_refunds_request_two_people",
            ),
        ),
        migrations.AddConstraint(
            model_name="refundrequest",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("refund_fen__isnull", True), ("refund_fen__gte", 0), _connector="OR"
                ),
                name="bookings_refunds_request_sum",
            ),
        ),
    ]
