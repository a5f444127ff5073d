"""Indexes of the inbox, made while messages are written."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("accounts_messages", "0003_choices_and_consent")]

    operations = [
        AddIndexConcurrently(
            model_name="message",
            index=models.Index(
                condition=models.Q(("user_id__isnull", False)),
                fields=["user_id", "-id"],
                name="accounts_messages_of_person",
            ),
        ),
        AddIndexConcurrently(
            model_name="message",
            index=models.Index(
                condition=models.Q(("read_at__isnull", True), ("user_id__isnull", False)),
                fields=["user_id"],
                name="accounts_messages_unread",
            ),
        ),
        AddIndexConcurrently(
            model_name="message",
            index=models.Index(
                condition=models.Q(("about", ""), _negated=True),
                fields=["about"],
                name="accounts_messages_about",
            ),
        ),
    ]
