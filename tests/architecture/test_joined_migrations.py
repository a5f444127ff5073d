"""Joined migrations (docs/adr/0017): they replace all that lies beside them, and end in the same models."""

import pytest
from django.apps import apps
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.loader import MigrationLoader


@pytest.fixture(scope="module")
def loader() -> MigrationLoader:
    """Without a database: nothing is applied, so the joined ones are taken."""
    return MigrationLoader(None)


def test_a_joined_migration_replaces_everything_of_its_app_up_to_its_end(loader):
    joined = {
        key: migration for key, migration in loader.disk_migrations.items() if migration.replaces
    }

    assert len(joined) > 30
    for (app, name), migration in joined.items():
        end = name.removeprefix("0001_squashed_")
        beside = sorted(n for a, n in loader.disk_migrations if a == app and n <= end and n != name)
        assert sorted(migration.replaces) == [(app, n) for n in beside], name
        assert beside[-1] == end


class Unjoined(MigrationLoader):
    """Goes the way of the old migrations: what waits for a joined one waits for its last."""

    def load_disk(self):
        super().load_disk()
        last = {key: m.replaces[-1] for key, m in self.disk_migrations.items() if m.replaces}
        self.disk_migrations = {k: m for k, m in self.disk_migrations.items() if k not in last}
        for migration in self.disk_migrations.values():
            migration.dependencies = [last.get(key, key) for key in migration.dependencies]


def test_both_ways_end_in_the_same_models(loader):
    as_it_was = Unjoined(None).project_state()

    found = MigrationAutodetector(as_it_was, loader.project_state()).changes(loader.graph)

    assert {app: [m.operations for m in changes] for app, changes in found.items()} == {}


def test_nothing_is_made_beside_the_one_step(loader):
    for (app, name), migration in loader.disk_migrations.items():
        if migration.replaces and apps.is_installed(apps.get_app_config(app).name):
            kinds = [type(operation).__name__ for operation in migration.operations]
            assert kinds[0] == "CreateModels", name
            assert set(kinds[1:]) <= {"RunSQL"}, name
