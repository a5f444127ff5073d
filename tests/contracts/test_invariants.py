"""Every rule of every room finds the breach it brings, and keeps silent of all others."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db.migrations.recorder import MigrationRecorder
from pytest_django.plugin import DjangoDbBlocker

from bookings.inventory.models import Bucket
from config.management.commands import verify_invariants
from config.rehearsal import Rehearsal, sandbox
from kernel import invariants
from kernel.places import loading
from kernel.places.models import Region
from tests.factories.kernel import RegionFactory

AT = datetime(2026, 9, 20, 2, 0, tzinfo=UTC)
YUNLING = Path(__file__).parents[1] / "data" / "regions" / "yunling"


@pytest.fixture
def committed(fresh_db: str, django_db_blocker: DjangoDbBlocker, socket_enabled: None):  # type: ignore[no-untyped-def]
    """Real commits, as the commands have them."""
    with django_db_blocker.unblock():
        yield


def load_yunling(*_words: object, **_options: object) -> Region:
    return loading.load("yunling", path=YUNLING, days=5, at=AT).region


def verify(path: Path, **options: object) -> tuple[int, dict[str, object]]:
    """Run the command; its exit code and what it wrote."""
    try:
        call_command("verify_invariants", json=path, stdout=StringIO(), **options)
    except SystemExit as end:
        return int(str(end.code)), json.loads(path.read_text())
    return 0, json.loads(path.read_text())


def test_after_a_small_day_nothing_is_off_and_every_planted_breach_is_found(committed):
    region = load_yunling()
    with sandbox():
        end = Rehearsal(region).play(at=AT)

    assert invariants.check_all(at=end) == []
    assert [code for code in invariants.codes() if not invariants.find_breach(code, at=end)] == []
    assert invariants.check_all(at=end) == []


@pytest.fixture
def blind_rule(monkeypatch):
    """A rule that sees nothing."""
    monkeypatch.setattr(invariants, "_rules", dict(invariants._rules))
    invariants.rule("blind", breach="SELECT 1")(lambda _at: [])


def test_the_self_test_fails_for_a_rule_that_does_not_find_its_breach(
    committed, blind_rule, monkeypatch, tmp_path
):
    monkeypatch.setattr(verify_invariants, "SLUG", "yunling")
    monkeypatch.setattr(verify_invariants, "call_command", load_yunling)
    monkeypatch.setattr(verify_invariants.clock, "now", lambda: AT)

    code, report = verify(tmp_path / "out.json", self_test=True)

    rules = len(invariants.codes())
    assert code == 1
    assert report == {"planted": rules, "found": rules - 1, "violations": 0, "rows": []}


def test_the_self_test_fails_for_a_day_that_breaks_a_rule(committed, monkeypatch, tmp_path):
    def load_badly(*words: object, **options: object) -> None:
        load_yunling(*words, **options)
        Bucket.objects.create(key="odd", region_id=0, capacity=1, taken=1)

    monkeypatch.setattr(verify_invariants, "SLUG", "yunling")
    monkeypatch.setattr(verify_invariants, "call_command", load_badly)
    monkeypatch.setattr(verify_invariants.clock, "now", lambda: AT)
    monkeypatch.setattr(invariants, "find_breach", lambda _code, at: True)

    code, report = verify(tmp_path / "out.json", self_test=True)

    assert (code, report["violations"]) == (1, 1)
    assert report["planted"] == report["found"]


@pytest.mark.django_db
def test_asking_writes_how_many_rows_are_off_and_which(tmp_path):
    assert verify(tmp_path / "good.json") == (0, {"violations": 0, "rows": []})
    bucket = Bucket.objects.create(key="odd", region_id=RegionFactory().pk, capacity=1, taken=1)

    code, report = verify(tmp_path / "bad.json")

    assert code == 1
    assert report["violations"] == 1
    row = f"bucket={bucket.pk} taken=1 held=0"
    assert report["rows"] == [{"rule": "bucket-equals-holds", "row": row}]


@pytest.mark.django_db
def test_an_unmigrated_database_is_said_and_exits_with_2(tmp_path):
    MigrationRecorder.Migration.objects.filter(app="bookings_orders").delete()
    said = StringIO()

    with pytest.raises(SystemExit) as end:
        call_command("verify_invariants", json=tmp_path / "out.json", stderr=said)

    assert end.value.code == 2
    assert "not migrated" in said.getvalue()
    assert not (tmp_path / "out.json").exists()


def test_a_rule_is_registered_once_and_not_without_its_breach(blind_rule):
    with pytest.raises(ValueError, match="twice"):
        invariants.rule("blind", breach="SELECT 1")(lambda _at: [])
    with pytest.raises(TypeError):
        invariants.rule("no-breach")  # type: ignore[call-arg]
