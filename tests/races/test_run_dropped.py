"""A run that the timetable no longer has is dropped in the moment in which somebody buys it."""

from __future__ import annotations

import pytest
from django.db import IntegrityError
from django.db.models import QuerySet
from django.db.models.deletion import Collector

from bookings.inventory import queries as inventory
from bookings.orders.models import Order
from tests.factories.kernel import RegionFactory
from tests.factories.transport import shuttle_line
from tests.races.conftest import KEPT_OUT_S, NOT_KEPT_OUT_S, interrupt, unlock
from tests.races.test_one_seat import buy, forget_the_run
from tests.transport.lines.conftest import AT, DAY
from transport.lines import operations as lines
from transport.lines.models import Boarding, Run, ShuttleLine


@pytest.fixture
def run(fresh_db: str) -> Run:
    """A departure on a day that its line no longer runs on."""
    line = shuttle_line(RegionFactory())
    lines.create_runs(region=line.region, first=DAY, last=DAY)
    ShuttleLine.objects.update(first_month=1, last_month=9)
    return Run.objects.earliest("departs_at")


def drop(run: Run):
    return lambda: lines.drop_unsold(line_ids=[run.line_id], at=AT)


def bought_while_dropped(run: Run, patch: pytest.MonkeyPatch, within_s: float) -> list[object]:
    """Somebody buys when nobody had bought a moment ago and the runs are about to be deleted."""
    both = interrupt(patch, Collector, "delete", buy(run, 1, "0:2"), within_s=within_s)
    return both(drop(run))


def test_who_buys_meanwhile_is_told_that_it_is_gone(run, monkeypatch):
    dropped, bought = bought_while_dropped(run, monkeypatch, KEPT_OUT_S)

    assert dropped == 6
    assert isinstance(bought, lines.RunGone)
    assert not Order.objects.exists()
    assert set(inventory.left(set(run.segments)).values()) == {50}


def test_who_bought_just_before_keeps_the_run(run, monkeypatch):
    seat = buy(run, 1, "0:2")
    both = interrupt(monkeypatch, QuerySet, "select_for_update", seat)

    dropped, bought = both(drop(run))

    assert isinstance(bought, Order)
    assert dropped == 5
    assert Boarding.objects.get().run == run


def test_behind_the_lock_stands_that_a_ride_is_of_a_run(run, monkeypatch):
    unlock(monkeypatch)

    dropped, bought = bought_while_dropped(run, monkeypatch, NOT_KEPT_OUT_S)

    assert (type(dropped), type(bought)) == (IntegrityError, Order)
    assert Boarding.objects.get().run == run
    assert Run.objects.count() == 6


def test_twin_without_both_a_ride_is_sold_of_no_run(run, monkeypatch):
    unlock(monkeypatch)
    forget_the_run()

    dropped, bought = bought_while_dropped(run, monkeypatch, NOT_KEPT_OUT_S)

    assert (dropped, type(bought)) == (6, Order)
    assert not Run.objects.filter(pk=run.pk).exists()
    assert Boarding.objects.values_list("run", flat=True).get() == run.pk
