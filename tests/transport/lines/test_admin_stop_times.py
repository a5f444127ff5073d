"""Stop times at the operator's desk: sold departures move within their line's rule, or nothing does."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from bookings.orders.models import Line
from kernel import clock
from kernel.outbox import operations as outbox
from tests.publishing import publish
from tests.transport.lines.conftest import AT
from tests.transport.lines.test_admin import desk_for, pattern_form
from transport.lines.models import PatternStop, Run

MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def stopped_clock(monkeypatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: AT)


@pytest.fixture
def desk(line) -> Client:
    return desk_for(line)


def move_the_last_stop(desk: Client, run: Run, to_min: int):
    pattern = run.pattern
    page = reverse("admin:transport_lines_pattern_change", args=[pattern.pk])
    form = pattern_form(
        pattern, **{"stops-2-arrives_s": str(to_min), "stops-2-departs_s": str(to_min)}
    )
    return publish(desk, page, form)


@pytest.mark.parametrize("by_min", [30, -15])
def test_within_the_rule_riders_follow(desk, run, sell, by_min):
    sell(run)
    before = Line.objects.get().ends_at

    answer = move_the_last_stop(desk, run, 40 + by_min)
    outbox.drain(at=AT)

    assert answer.status_code == 302
    assert Line.objects.get().ends_at == before + by_min * MINUTE


def test_further_it_is_refused_and_nothing_changes(desk, run, sell):
    sell(run)
    before = Line.objects.get().ends_at

    answer = move_the_last_stop(desk, run, 71)

    assert answer.status_code == 200
    assert "up to 30 minutes" in answer.content.decode()
    assert PatternStop.objects.get(seq=2).arrives_s == 40 * 60
    assert Line.objects.get().ends_at == before
    assert Run.objects.get(pk=run.pk).moved_at is None


def test_what_nobody_rides_moves_as_far_as_one_likes(desk, run):
    assert move_the_last_stop(desk, run, 120).status_code == 302

    assert PatternStop.objects.get(seq=2).arrives_s == 120 * 60
