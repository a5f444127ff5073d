"""Somebody's place is found by who they are, however long the line; built while people join."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("bookings_waiting", "0002_words_of_refusals")]

    operations = [
        AddIndexConcurrently(
            "turn", models.Index(fields=["sale", "person"], name="bookings_waiting_turn_person")
        ),
    ]
