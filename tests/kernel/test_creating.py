"""Tables of several models made in one step, and taken away again."""

import pytest
from django.db import connection, migrations, models
from django.db.migrations.state import ProjectState
from django.db.migrations.writer import OperationWriter

from kernel.postgres.creating import CreateModels

LINK = models.ForeignKey("kernel_watch.testlater", on_delete=models.CASCADE)
STEP = CreateModels(
    [
        migrations.CreateModel(
            "TestFirst", [("id", models.BigAutoField(primary_key=True)), ("to", LINK)]
        ),
        migrations.CreateModel(
            "TestLater",
            [("id", models.BigAutoField(primary_key=True)), ("fen", models.BigIntegerField())],
            {
                "constraints": [
                    models.CheckConstraint(condition=models.Q(fen__gte=0), name="test_later_fen")
                ]
            },
        ),
    ]
)
TABLES = {"kernel_watch_testfirst", "kernel_watch_testlater"}


@pytest.mark.django_db
def test_tables_with_links_ahead_and_rules_are_made_and_taken_away():
    before, after = ProjectState(), ProjectState()
    STEP.state_forwards("kernel_watch", after)

    with connection.schema_editor() as editor:
        STEP.database_forwards("kernel_watch", editor, before, after)

    made = connection.introspection
    with connection.cursor() as cursor:
        assert set(made.table_names(cursor)) >= TABLES
        assert "test_later_fen" in made.get_constraints(cursor, "kernel_watch_testlater")
        rules = made.get_constraints(cursor, "kernel_watch_testfirst").values()
        assert ("kernel_watch_testlater", "id") in [rule["foreign_key"] for rule in rules]

        with connection.schema_editor() as editor:
            STEP.database_backwards("kernel_watch", editor, after, before)
        assert not TABLES & set(made.table_names(cursor))


def test_models_already_rendered_are_rendered_anew_with_all_of_them():
    state = ProjectState()
    rendered = state.apps

    STEP.state_forwards("kernel_watch", state)

    assert state.apps is not rendered
    first = state.apps.get_model("kernel_watch", "testfirst")
    assert first._meta.get_field("to").remote_field.model._meta.model_name == "testlater"


def test_a_migration_can_be_written_with_it():
    text, imports = OperationWriter(STEP).serialize()

    assert "kernel.postgres.creating.CreateModels(" in text
    assert "name='TestFirst'" in text
    assert "import kernel.postgres.creating" in imports
    assert STEP.describe() == "Create models TestFirst, TestLater"
