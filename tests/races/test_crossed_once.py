"""A level is crossed once, and a stop is carried out once, however many look at the same moment."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db.models import QuerySet

from kernel.outbox.models import Event
from tests.factories.tourism import ScenicAreaFactory
from tests.races.conftest import meet, run_together
from tourism.crowd import figures, operations
from tourism.crowd.models import Correction, Crossing, Standing, Stop, Watch
from tourism.crowd.operations import levels, stops

TEN = datetime(2026, 10, 14, 2, 0, tzinfo=UTC)


@pytest.fixture
def watch(fresh_db, django_db_blocker):
    """Sixty of a hundred are inside."""
    with django_db_blocker.unblock():
        area = ScenicAreaFactory()
        made = Watch.objects.create(area=area, instant_cap=100)
        Standing.objects.create(watch=made, since=TEN)
        Correction.objects.create(
            area=area, people=60, delta=60, reason="x", actor="user:1", at=TEN
        )
        yield made


def look_together(patch: pytest.MonkeyPatch) -> list[object]:
    meet(patch, figures, "judged", of=2, after=True)
    return run_together(*[lambda: operations.judge(at=TEN) for _twin in range(2)])


def test_two_who_look_at_once_write_one_crossing(watch, monkeypatch):
    results = look_together(monkeypatch)

    assert sorted(results) == [0, 1]
    assert Crossing.objects.count() == 1


def anybody(rows: QuerySet, **moved: object) -> int:
    """An update that does not look at what was there."""
    return rows.model.objects.all().update(**moved)


def test_without_comparing_both_write_it(watch, monkeypatch):
    monkeypatch.setattr(levels, "_move", lambda rows, **moved: anybody(rows, **moved))

    look_together(monkeypatch)

    assert Crossing.objects.count() == 2


@pytest.fixture
def due(watch) -> Stop:
    return Stop.objects.create(
        area=watch.area, reason_zh="风", reason_en="Wind", starts_at=TEN, affected=0,
        needs_second=False, made_by="user:1", made_at=TEN,
    )  # fmt: skip


def carry_out_together(patch: pytest.MonkeyPatch) -> list[object]:
    meet(patch, stops, "_is_confirmed", of=2)
    at = TEN + timedelta(minutes=2)
    return run_together(*[lambda: operations.carry_out(at=at) for _twin in range(2)])


def test_two_workers_carry_a_stop_out_once(due, monkeypatch):
    results = carry_out_together(monkeypatch)

    assert sorted(results) == [0, 1]
    assert Event.objects.filter(name="tourism.crowd.stopped").count() == 1


def test_without_comparing_it_is_carried_out_twice(due, monkeypatch):
    monkeypatch.setattr(stops, "_mark", lambda rows, **moved: anybody(rows, **moved))

    carry_out_together(monkeypatch)

    assert Event.objects.filter(name="tourism.crowd.stopped").count() == 2
