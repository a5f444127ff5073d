"""Other commands beside `up` and without it, and the worker's own hours."""

from __future__ import annotations

import pytest

from tests.up.conftest import BASE, Person

YUNLING = BASE / "tests" / "data" / "regions" / "yunling"
ASK_WORKER = """
import time
from kernel import clock
from kernel.places import loading, tasks
from kernel.places.models import Region

region = Region.objects.get(slug="yunling")
today = region.local_date(clock.now())
before = min(loading.horizons(region).values()) - today
tasks.extend_horizons.delay()
for _second in range(150):
    after = min(loading.horizons(region).values()) - today
    if after.days >= region.horizon_days:
        break
    time.sleep(0.2)
print("laid out", before.days, "then", after.days)
"""


def test_a_running_up_serves_other_commands_and_lays_out_more_days(settled: Person, socket_enabled):
    with settled.up() as site:
        loaded = settled.run("load_region", "yunling", "--folder", str(YUNLING), "--days", "20")
        asked = settled.run("shell", "--no-imports", "-c", ASK_WORKER)
        verified = settled.run("verify_invariants")

        assert loaded.returncode == 0, loaded.stdout
        assert "laid out 20 then 60" in asked.stdout, asked.stdout
        assert verified.returncode == 0, verified.stdout
        assert ", 0 violations" in verified.stdout
        assert site.status("/zh-hans/yunling/") == 200


def test_a_fresh_database_is_told_apart_and_migrate_makes_it(me: Person):
    first = me.run("verify_invariants")
    migrated = me.run("migrate", "--verbosity", "0")
    then = me.run("verify_invariants")

    assert (first.returncode, migrated.returncode, then.returncode) == (2, 0, 0)
    assert first.stdout == "The database is not migrated: run `manage.py migrate` first.\n"
    assert ", 0 violations" in then.stdout


@pytest.mark.parametrize(
    "words",
    [
        ("help",),
        ("check",),
        ("makemigrations", "--check", "--dry-run"),
        ("collectstatic", "--dry-run", "--noinput"),
        ("verify_invariants", "--help"),
    ],
    ids=" ".join,
)
def test_commands_that_touch_no_data_leave_no_data(me: Person, words):
    done = me.run(*words)

    assert done.returncode == 0, done.stdout
    assert not me.data.exists()
