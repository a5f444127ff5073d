"""Which late train gives its riders something at no charge: the one that they may well have been on."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bookings.orders import operations as orders
from tests.transport.lines.conftest import AT, FARE, ride, wish
from tests.transport.lines.test_connections import MINUTE, hear, line_of, run_of, told
from transport.lines import operations as lines
from transport.lines.models import AffectedRide, Connection, ConnectionRule, Disruption
from transport.trains.models import Train, TrainState


@pytest.fixture
def buys(pay):
    """Somebody who buys at a moment, and names the train right then or later."""

    def bought(run, at, *, number=7, named_at=None):
        order = orders.place(wish(ride(run, first=number), total_fen=FARE), at=at)
        pay(order, at)
        lines.name_train(line=line_of(order), number="G3027", at=named_at or at)
        return order

    return bought


def nothing_for(order, run) -> bool:
    run.refresh_from_db()
    rows = AffectedRide.objects.filter(line=line_of(order))
    return (run_of(order), run.delay_s, rows.count()) == (run, 0, 0)


def test_who_buys_knowing_of_the_delay_keeps_what_they_bought(rail, run, runs, comes, buys, soon):
    before = comes(run)
    rail.minutes = 40
    hear(soon)

    after = buys(run, soon + MINUTE)
    hear(soon + 5 * MINUTE)

    assert run_of(before) == runs[1]
    assert nothing_for(after, run)
    assert len(told("rebooked")) == 1


def test_of_two_who_name_it_late_the_one_who_bought_before_is_moved(
    rail,
    run,
    runs,
    comes,
    buys,
    soon,
):
    comes(run)
    hear(soon)
    early = buys(run, soon + MINUTE, named_at=soon + 7 * MINUTE)
    rail.minutes = 40

    hear(soon + 8 * MINUTE)

    assert Train.objects.get().late_since == soon + 8 * MINUTE
    assert run_of(early) == runs[1]


def test_a_train_that_nobody_heard_on_time_was_known_to_be_late_all_the_while(
    rail,
    run,
    buys,
    soon,
):
    rail.minutes = 40
    order = buys(run, soon)

    hear(soon + MINUTE)

    assert Train.objects.get().late_since == run.departs_at - timedelta(hours=4)
    assert nothing_for(order, run)


def test_a_bus_does_not_wait_for_who_bought_knowing_of_the_delay(
    rail,
    run,
    buys,
    soon,
    connection,
):
    Connection.objects.filter(pk=connection.pk).update(rule=ConnectionRule.WAIT, wait_min=60)
    rail.minutes = 40
    order = buys(run, soon)

    hear(soon + MINUTE)

    assert nothing_for(order, run)
    assert not Disruption.objects.exists()


def test_a_train_that_is_on_time_again_begins_anew(rail, run, runs, comes, buys, soon):
    comes(run)
    rail.minutes = 5
    hear(soon)
    rail.minutes = 0
    hear(soon + 3 * MINUTE)
    assert Train.objects.get().late_since is None
    order = buys(run, soon + 4 * MINUTE)
    rail.minutes = 40

    hear(soon + 6 * MINUTE)

    assert run_of(order) == runs[1]


@pytest.mark.parametrize(("early_s", "counts"), [(0, True), (1, False)])
def test_a_train_hours_before_the_ride_is_no_connection_to_the_second(
    rail,
    run,
    runs,
    comes,
    soon,
    connection,
    early_s,
    counts,
):
    """Twenty minutes to the stop, and three hours of waiting at most."""
    Connection.objects.filter(pk=connection.pk).update(arrives_s=None)
    rail.scheduled = run.departs_at - timedelta(hours=3, minutes=20, seconds=early_s)
    rail.minutes = 4 * 60
    order = comes(run)

    hear(soon)

    assert Train.objects.get().state == TrainState.LATE
    if counts:
        assert run_of(order) == runs[1]
    else:
        assert nothing_for(order, run)


def test_another_train_does_nothing_once_one_has(rail, run, runs, comes, soon, connection):
    Connection.objects.filter(pk=connection.pk).update(train_number="", arrives_s=None)
    order = comes(run)
    rail.minutes = 40
    hear(soon)
    assert run_of(order) == runs[1]

    lines.name_train(line=line_of(order), number="K8418", at=soon + MINUTE)
    rail.scheduled, rail.minutes = runs[1].departs_at - 30 * MINUTE, 90
    hear(soon + 5 * MINUTE)

    assert Train.objects.get(number="K8418").state == TrainState.LATE
    assert run_of(order) == runs[1]
    assert AffectedRide.objects.count() == 1
    assert line_of(order).order.placed_at == AT
