"""Asking for a ride, and buying what is left of it."""

from __future__ import annotations

from datetime import time, timedelta

import pytest

from bookings.contracts import Ask
from bookings.dues.models import LaterDue
from bookings.holders import limits
from bookings.inventory import queries as inventory
from bookings.orders import operations as orders
from bookings.orders.models import Hold, Order
from kernel.errors import Refusal
from kernel.outbox import operations as outbox
from tests.transport.lines.conftest import AT, DAY, FARE, classes, ride, wish
from transport.lines import offers
from transport.lines import operations as lines
from transport.lines.models import Boarding, ShuttleLine


def answer(ask, at):
    [given] = offers.offer([ask], at=at)
    return given


def left(run) -> list[int]:
    found = inventory.left(set(run.segments))
    return [found[bucket] for bucket in run.segments]


def test_a_ride_is_offered_with_its_time_price_and_seats(run, at):
    [offer] = answer(ride(run, 2, board=1), at)

    assert (offer.starts_at - run.departs_at, offer.ends_at - run.departs_at) == (
        timedelta(minutes=20),
        timedelta(minutes=40),
    )
    assert offer.price_fen == FARE
    assert {demand.bucket_id for demand in offer.all_demands()} == {run.segments[1]}
    assert [part.traveller_id for part in offer.parts] == [1, 2]


def test_a_seat_to_the_middle_is_free_again_from_there(run, at):
    orders.place(wish(ride(run, 50, alight=1), total_fen=50 * FARE // 2), at=at)

    assert left(run) == [0, 50]
    orders.place(wish(ride(run, 50, board=1, first=60), total_fen=50 * FARE // 2), at=at)
    assert left(run) == [0, 0]


def test_the_whole_way_needs_a_seat_on_every_segment(run, at):
    orders.place(wish(ride(run, 50, board=1), total_fen=50 * FARE // 2), at=at)
    before = Order.objects.count(), Hold.objects.count(), Boarding.objects.count()

    with pytest.raises(Refusal) as refused:
        orders.place(wish(ride(run, 1, first=60), total_fen=FARE), at=at)

    assert refused.value.code == "sold_out"
    assert left(run) == [50, 0]
    assert (Order.objects.count(), Hold.objects.count(), Boarding.objects.count()) == before


def test_a_bus_that_left_names_the_next_one_with_room(runs, at):
    orders.place(wish(ride(runs[1], 50), total_fen=50 * FARE), at=at)

    refusal = answer(ride(runs[0]), runs[0].departs_at)

    assert isinstance(refusal, offers.RunOver)
    assert refusal.facts["next_ref"] == f"{runs[2].pk}:0:2"
    assert "10:00" in refusal.reason


def test_the_middle_stop_can_be_boarded_after_the_bus_left_the_first(run, at):
    moment = run.departs_at + timedelta(minutes=10)

    assert isinstance(answer(ride(run), moment), offers.RunOver)
    assert not isinstance(answer(ride(run, board=1), moment), Refusal)


def test_the_last_bus_has_no_next_one(runs, at):
    refusal = answer(ride(runs[-1]), runs[-1].departs_at)

    assert isinstance(refusal, offers.RunOver)
    assert "next_ref" not in refusal.facts


def test_a_cancelled_run_is_not_offered(run, at):
    lines.cancel_run(run=run, actor="user:1", at=at)

    assert isinstance(answer(ride(run), at), offers.RunCancelled)


@pytest.mark.parametrize("change", [{"is_open": False}, {"is_bookable": False}])
def test_a_line_that_is_not_sold_is_not_offered(run, at, change):
    ShuttleLine.objects.update(**change)

    assert isinstance(answer(ride(run), at), offers.NotSold)


def test_nobody_rides_nobody_pays(run, at):
    assert isinstance(answer(Ask("shuttle", f"{run.pk}:0:2", ()), at), offers.EmptyParty)


def test_there_are_no_concessions_on_a_bus(run, at):
    ask = Ask("shuttle", f"{run.pk}:0:2", classes("adult", "child_free"))

    assert isinstance(answer(ask, at), offers.OtherClass)


def test_more_stops_than_seats_were_laid_out_for_are_not_sold(run, line, at):
    """A stop added behind the admin's back: the run has no seats for the new segment."""
    last = line.patterns.get().stops.latest("seq")
    last.pk, last.seq, last.arrives_s, last.departs_s = None, 3, 3600, 3600
    last.save()

    assert isinstance(answer(ride(run, alight=3), at), offers.NoSuchRide)


def test_how_often_a_ride_may_be_handed_on_is_the_lines_and_stays_as_it_was_sold(line, run, at):
    usual = orders.place(wish(ride(run, first=1), total_fen=FARE), at=at).lines.get()
    ShuttleLine.objects.filter(pk=line.pk).update(transfers=3, transfer_days=0)
    made = orders.place(
        wish(ride(run, first=2), total_fen=FARE, actor="guest:b"), at=at
    ).lines.get()
    ShuttleLine.objects.filter(pk=line.pk).update(transfers=0)

    before, after = (limits.handings([each], made=0) for each in (usual, made))

    assert (before.most, before.until) == (1, line.region.at(DAY, time(0)))
    assert (after.most, after.until) == (3, line.region.at(DAY + timedelta(days=1), time(0)))


def test_a_ride_is_changed_once_and_free_of_charge(runs, sell):
    order = sell(runs[0])
    refs = [f"{run.pk}:0:2" for run in runs[1:3]]
    quote = orders.quote_change(line=order.lines.get(), ref=refs[0], at=AT)
    made = orders.change(
        line=order.lines.get(), quote=quote, shown_fen=0, actor=order.actor, request_key="k", at=AT
    )
    outbox.drain(at=AT)

    with pytest.raises(orders.ChangedBefore):
        orders.quote_change(line=made.lines.get(), ref=refs[1], at=AT)

    assert quote.difference_fen == 0
    assert Boarding.objects.get().run == runs[1]


def test_a_ride_costs_its_fare_and_nothing_comes_on_top(run, at, sell):
    """All of it is due with the order; nothing is metered or charged later."""
    [offer] = answer(ride(run, 3), at)

    order = sell(run, 3)

    assert [due.amount_fen for due in offer.dues] == [3 * FARE]
    assert sum(part.price_fen for part in offer.parts) == order.total_fen == 3 * FARE
    assert not LaterDue.objects.exists()
