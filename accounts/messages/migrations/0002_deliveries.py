"""A message is said once, and goes by several ways: what went where moves to rows of its own.

The columns that held it stay in the table, with defaults, for who still runs the version before; they
go with a later release.
"""

from django.db import migrations, models

_OLD = ("channel", "to_sealed", "to_masked", "state", "attempts", "trouble", "sent_at")

_DEFAULTS = "ALTER TABLE accounts_messages_message " + ", ".join(
    f"ALTER COLUMN {name} SET DEFAULT {default}"
    for name, default in {
        "channel": "''",
        "to_sealed": "''",
        "to_masked": "''",
        "state": "'SENT'",
        "attempts": "0",
        "trouble": "''",
    }.items()
)

_NO_DEFAULTS = "ALTER TABLE accounts_messages_message " + ", ".join(
    f"ALTER COLUMN {name} DROP DEFAULT" for name in _OLD if name != "sent_at"
)


def _char(words, length, **more):
    return models.CharField(max_length=length, verbose_name=words, **more)


class Migration(migrations.Migration):
    dependencies = [("accounts_messages", "0001_initial")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=[
                migrations.RemoveConstraint("message", "accounts_messages_message_state"),
                *[migrations.RemoveField("message", name) for name in _OLD],
                migrations.RenameField("message", "template", "kind"),
                migrations.AlterField("message", "kind", _char("kind", 60, db_column="template")),
            ],
            database_operations=[migrations.RunSQL(_DEFAULTS, _NO_DEFAULTS)],
        ),
        migrations.AddField(
            "message",
            "user_id",
            models.BigIntegerField(blank=True, null=True, verbose_name="person"),
        ),
        migrations.AddField(
            "message",
            "short_sealed",
            models.TextField(blank=True, db_default="", verbose_name="short text, sealed"),
        ),
        migrations.AddField(
            "message",
            "facts_sealed",
            models.TextField(blank=True, db_default="", verbose_name="facts, sealed"),
        ),
        migrations.AddField(
            "message",
            "link_sealed",
            models.TextField(blank=True, db_default="", verbose_name="link, sealed"),
        ),
        migrations.AddField("message", "about", _char("about", 60, blank=True, db_default="")),
        migrations.AddField("message", "zone", _char("time zone", 40, blank=True, db_default="")),
        migrations.AddField(
            "message",
            "good_until",
            models.DateTimeField(blank=True, null=True, verbose_name="good until"),
        ),
        migrations.AddField(
            "message",
            "read_at",
            models.DateTimeField(blank=True, null=True, verbose_name="read at"),
        ),
    ]
