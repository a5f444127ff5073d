import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts_organisations", "0001_initial"),
        ("bookings_orders", "0015_unused_lines"),
        ("tourism_tickets", "0010_one_ticket_a_day"),
    ]

    operations = [
        migrations.AddField(
            model_name="slot",
            name="stop_id",
            field=models.BigIntegerField(blank=True, null=True, verbose_name="closed by the stop"),
        ),
        migrations.CreateModel(
            name="Stop",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("zone", models.CharField(max_length=40, verbose_name="where")),
                ("region_id", models.BigIntegerField(verbose_name="region")),
                ("starts_at", models.DateTimeField(verbose_name="from")),
                ("ends_at", models.DateTimeField(verbose_name="until")),
                ("reason", models.CharField(max_length=200, verbose_name="reason")),
                ("actor", models.CharField(max_length=64, verbose_name="stopped by")),
                ("created_at", models.DateTimeField(verbose_name="stopped at")),
                (
                    "restarted_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="restarted at"),
                ),
                (
                    "organisation",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        to="accounts_organisations.organisation",
                        verbose_name="operator",
                    ),
                ),
            ],
            options={
                "verbose_name": "stop",
                "verbose_name_plural": "stops",
            },
        ),
        migrations.CreateModel(
            name="StoppedLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("part_keys", models.JSONField(verbose_name="parts")),
                (
                    "choice",
                    models.CharField(
                        choices=[
                            ("OPEN", "not said yet"),
                            ("REFUND", "the money back"),
                            ("MOVE", "another time"),
                            ("WAIT", "wait until it runs again"),
                            ("KEPT", "it ran again in time"),
                        ],
                        default="OPEN",
                        max_length=6,
                        verbose_name="choice",
                    ),
                ),
                (
                    "chosen_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="chosen at"),
                ),
                ("decide_by", models.DateTimeField(verbose_name="to be chosen by")),
                (
                    "ended_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="carried out at"),
                ),
                (
                    "line",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="bookings_orders.line",
                        verbose_name="order line",
                    ),
                ),
                (
                    "stop",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="stopped_lines",
                        to="tourism_tickets.stop",
                        verbose_name="stop",
                    ),
                ),
            ],
            options={
                "verbose_name": "stopped ticket",
                "verbose_name_plural": "stopped tickets",
            },
        ),
        migrations.AddConstraint(
            model_name="stop",
            constraint=models.CheckConstraint(
                condition=models.Q(("starts_at__lt", models.F("ends_at"))),
                name="tourism_tickets_stop_in_order",
            ),
        ),
        migrations.AddConstraint(
            model_name="stop",
            constraint=models.UniqueConstraint(
                condition=models.Q(("restarted_at__isnull", True)),
                fields=("zone",),
                name="tourism_tickets_stop_one_a_zone",
            ),
        ),
        migrations.AddIndex(
            model_name="stoppedline",
            index=models.Index(
                condition=models.Q(("ended_at__isnull", True)),
                fields=["decide_by"],
                name="tourism_tickets_stoppedline_d",
            ),
        ),
        migrations.AddConstraint(
            model_name="stoppedline",
            constraint=models.UniqueConstraint(
                fields=("stop", "line"), name="tourism_tickets_stoppedline_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="stoppedline",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("choice", "OPEN"), ("chosen_at__isnull", True)),
                    models.Q(
                        models.Q(("choice", "OPEN"), _negated=True), ("chosen_at__isnull", False)
                    ),
                    _connector="OR",
                ),
                name="tourism_tickets_stoppedline_chosen",
            ),
        ),
    ]
