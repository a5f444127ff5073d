"""Deliveries, and what people choose. Where each message went so far is copied from its own row."""

import django.db.models.deletion
from django.db import migrations, models

_COPY = """
    INSERT INTO accounts_messages_delivery
        (message_id, channel, target, to_sealed, to_masked, state, attempts, next_at, trouble,
         created_at, sent_at)
    SELECT id, channel, '', to_sealed, to_masked, state, attempts,
        CASE WHEN state = 'WAITING' THEN created_at END, trouble, created_at,
        CASE WHEN state = 'SENT' THEN coalesce(sent_at, created_at) END
    FROM accounts_messages_message
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts_messages", "0002_deliveries"),
    ]

    operations = [
        migrations.CreateModel(
            name="Choice",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("user_id", models.BigIntegerField(verbose_name="person")),
                ("topic", models.CharField(max_length=40, verbose_name="topic")),
                (
                    "channel",
                    models.CharField(
                        choices=[
                            ("INBOX", "on this site"),
                            ("EMAIL", "E-mail"),
                            ("SMS", "Text message"),
                            ("PUSH", "On this device"),
                        ],
                        max_length=20,
                        verbose_name="way",
                    ),
                ),
                ("is_wanted", models.BooleanField(verbose_name="wanted")),
            ],
            options={
                "verbose_name": "choice",
                "verbose_name_plural": "choices",
            },
        ),
        migrations.CreateModel(
            name="Consent",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("user_id", models.BigIntegerField(verbose_name="person")),
                ("purpose", models.CharField(max_length=40, verbose_name="purpose")),
                ("is_given", models.BooleanField(verbose_name="given")),
                ("version", models.CharField(max_length=20, verbose_name="version of the text")),
                ("text_hash", models.CharField(max_length=64, verbose_name="hash of the text")),
                ("language", models.CharField(max_length=10, verbose_name="language")),
                ("given_by", models.CharField(max_length=20, verbose_name="by way of")),
                ("at", models.DateTimeField(verbose_name="at")),
            ],
            options={
                "verbose_name": "consent",
                "verbose_name_plural": "consents",
            },
        ),
        migrations.CreateModel(
            name="Delivery",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "channel",
                    models.CharField(
                        choices=[
                            ("INBOX", "on this site"),
                            ("EMAIL", "E-mail"),
                            ("SMS", "Text message"),
                            ("PUSH", "On this device"),
                        ],
                        max_length=20,
                        verbose_name="way",
                    ),
                ),
                (
                    "target",
                    models.CharField(
                        blank=True, max_length=64, verbose_name="index of the address"
                    ),
                ),
                ("to_sealed", models.TextField(blank=True, verbose_name="address, sealed")),
                ("to_masked", models.CharField(blank=True, max_length=80, verbose_name="to")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("WAITING", "waiting"),
                            ("SENT", "sent"),
                            ("READ", "read"),
                            ("FAILED", "failed"),
                            ("DROPPED", "not sent any more"),
                        ],
                        default="WAITING",
                        max_length=20,
                        verbose_name="state",
                    ),
                ),
                ("attempts", models.PositiveSmallIntegerField(default=0, verbose_name="attempts")),
                ("next_at", models.DateTimeField(blank=True, null=True, verbose_name="tried at")),
                (
                    "trouble",
                    models.CharField(blank=True, max_length=200, verbose_name="why it failed"),
                ),
                ("created_at", models.DateTimeField(db_index=True, verbose_name="written at")),
                ("sent_at", models.DateTimeField(blank=True, null=True, verbose_name="sent at")),
            ],
            options={
                "verbose_name": "delivery",
                "verbose_name_plural": "deliveries",
            },
        ),
        migrations.CreateModel(
            name="Preference",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("user_id", models.BigIntegerField(unique=True, verbose_name="person")),
                (
                    "language",
                    models.CharField(
                        blank=True,
                        choices=[("zh-hans", "Simplified Chinese"), ("en", "English")],
                        max_length=10,
                        verbose_name="language",
                    ),
                ),
                ("quiet_from", models.TimeField(verbose_name="quiet from")),
                ("quiet_until", models.TimeField(verbose_name="quiet until")),
                ("email_sealed", models.TextField(blank=True, verbose_name="e-mail, sealed")),
                (
                    "email_masked",
                    models.CharField(blank=True, max_length=80, verbose_name="e-mail"),
                ),
                (
                    "email_confirmed_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="confirmed at"),
                ),
            ],
            options={
                "verbose_name": "preference",
                "verbose_name_plural": "preferences",
            },
        ),
        migrations.AddConstraint(
            model_name="choice",
            constraint=models.UniqueConstraint(
                fields=("user_id", "topic", "channel"), name="accounts_messages_choice_once"
            ),
        ),
        migrations.AddIndex(
            model_name="consent",
            index=models.Index(
                fields=["user_id", "purpose", "-id"], name="accounts_messages_consent_of"
            ),
        ),
        migrations.AddField(
            model_name="delivery",
            name="message",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="deliveries",
                to="accounts_messages.message",
                verbose_name="message",
            ),
        ),
        migrations.AddIndex(
            model_name="delivery",
            index=models.Index(
                condition=models.Q(("state", "WAITING")),
                fields=["next_at"],
                name="accounts_messages_waiting",
            ),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.UniqueConstraint(
                fields=("message", "channel", "target"), name="accounts_messages_delivery_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.CheckConstraint(
                condition=models.Q(("state__in", ["WAITING", "SENT", "READ", "FAILED", "DROPPED"])),
                name="accounts_messages_delivery_state",
            ),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("next_at__isnull", False), ("state", "WAITING")),
                    models.Q(("state", "WAITING"), _negated=True),
                    _connector="OR",
                ),
                name="accounts_messages_delivery_has_a_time",
            ),
        ),
        migrations.AddConstraint(
            model_name="delivery",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state__in", ("SENT", "READ")), _negated=True),
                    ("sent_at__isnull", False),
                    _connector="OR",
                ),
                name="accounts_messages_delivery_sent_at",
            ),
        ),
        migrations.RunSQL(_COPY, migrations.RunSQL.noop),
    ]
