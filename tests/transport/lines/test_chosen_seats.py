"""Seats that are chosen: two buyers, riders without a choice beside them, cancelling, moving."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bookings.contracts import Ask
from bookings.orders import operations as orders
from bookings.orders.models import Order
from kernel import invariants
from tests.factories.tourism import person
from tests.transport.lines.conftest import AT, DAY, FARE, wish
from transport.lines import offers
from transport.lines import operations as lines
from transport.lines.models import Boarding, ChosenSeat, Run, ShuttleLine

PEOPLE = iter(range(1, 1_000_000))


@pytest.fixture
def line(line: ShuttleLine) -> ShuttleLine:
    """Riders may choose; each vehicle has two seats."""
    line.has_seat_choice = True
    line.save()
    for run in Run.objects.filter(line=line):
        lines.set_seats(run=run, seats=2, actor="user:1", at=AT)
    return line


def ask(run: Run, board: int, alight: int, *seats: int, riders: int = 1) -> Ask:
    chosen = f":{'.'.join(map(str, seats))}" if seats else ""
    party = tuple(person(next(PEOPLE)) for _rider in range(len(seats) or riders))
    return Ask("shuttle", f"{run.pk}:{board}:{alight}{chosen}", party)


def buy(*asks: Ask) -> Order:
    fen = sum(
        FARE * len(each.party) * (int(ref[2]) - int(ref[1])) // 2
        for each in asks
        for ref in [each.ref.split(":")]
    )
    return orders.place(wish(*asks, total_fen=fen, actor=f"guest:{next(PEOPLE)}"), at=AT)


def held(run: Run) -> set[tuple[int, int]]:
    return set(ChosenSeat.objects.filter(run=run).values_list("number", "segment"))


def sound() -> bool:
    codes = ("chosen-seat-of-a-rider", "everybody-is-seated", "segment-equals-riders")
    return not any(invariants.check(code, at=AT) for code in codes)


def test_a_chosen_seat_is_held_on_each_segment_of_the_ride(line, run):
    order = buy(ask(run, 0, 2, 2))

    part = order.lines.get().frozen_parts[0]
    assert (part.title["en"], part.title["zh-hans"]) == ("Seat 2", "2 号座")
    assert held(run) == {(2, 0), (2, 1)}
    assert sound()


def test_who_comes_second_for_a_seat_is_told_which_one_and_nothing_is_kept(line, run):
    buy(ask(run, 0, 1, 1))
    before = Order.objects.count()

    with pytest.raises(lines.SeatTaken) as refused:
        buy(ask(run, 0, 2, 1))

    assert refused.value.facts["seat"] == 1
    assert (Order.objects.count(), Boarding.objects.count()) == (before, 1)
    assert held(run) == {(1, 0)}
    assert buy(ask(run, 1, 2, 1)).pk


def test_a_seat_on_every_segment_is_not_sold_as_one_for_the_whole_ride(line, run):
    buy(ask(run, 0, 1, 1))
    buy(ask(run, 1, 2, 2))

    with pytest.raises(lines.NoSeating):
        buy(ask(run, 0, 2))

    assert Boarding.objects.count() == 2
    assert buy(ask(run, 0, 1)).pk
    assert buy(ask(run, 1, 2)).pk
    assert sound()


def test_nobody_chooses_a_seat_that_leaves_somebody_without_one(line, run):
    buy(ask(run, 0, 2))
    buy(ask(run, 0, 1, 1))

    with pytest.raises(lines.NoSeating):
        buy(ask(run, 1, 2, 2))

    assert buy(ask(run, 1, 2, 1)).pk
    assert sound()


def test_several_choose_together_and_one_gives_back(line, run):
    order = buy(ask(run, 0, 2, 1, 2))
    line_row = order.lines.get()

    lines.leave([(line_row, ["p1"])])

    assert held(run) == {(2, 0), (2, 1)}
    assert Boarding.objects.get().riders == 1
    lines.leave([(line_row, ["p1", "p2"])])
    assert (held(run), Boarding.objects.count()) == (set(), 0)


def test_moving_to_another_run_takes_the_seats_along_or_new_ones(line, runs):
    here, there = runs[:2]
    order = buy(ask(here, 0, 2, 1))
    [(offer,)] = offers.offer([ask(there, 0, 2, 2)], at=AT)

    assert lines.move(order.lines.get(), offer) is None

    assert (held(here), held(there)) == (set(), {(2, 0), (2, 1)})
    there.refresh_from_db()
    assert there.is_seated


def test_moving_onto_a_taken_seat_changes_nothing(line, runs):
    here, there = runs[:2]
    order = buy(ask(here, 0, 2, 1))
    buy(ask(there, 1, 2, 2))
    [(offer,)] = offers.offer([ask(there, 0, 2, 2)], at=AT)

    refused = lines.move(order.lines.get(), offer)

    assert isinstance(refused, lines.SeatTaken)
    assert (held(here), held(there)) == ({(1, 0), (1, 1)}, {(2, 1)})


def test_a_smaller_vehicle_must_have_the_chosen_seats(line, run):
    buy(ask(run, 0, 1, 2))

    with pytest.raises(lines.NoSeating):
        lines.set_seats(run=run, seats=1, actor="user:1", at=AT)

    assert buy(ask(run, 0, 1, 1)).pk


def test_a_lapsed_order_frees_its_seats(line, run):
    order = buy(ask(run, 0, 2, 1))

    orders.lapse_due(at=order.due_at)

    assert held(run) == set()
    assert buy(ask(run, 0, 2, 1)).pk


@pytest.mark.parametrize(
    ("seats", "riders", "refusal"),
    [((1,), 2, offers.SeatEach), ((1, 1), 2, offers.NoSuchRide), (("x",), 1, offers.NoSuchRide)],
)
def test_seats_are_chosen_one_for_each_rider(line, run, seats, riders, refusal):
    wanted = Ask("shuttle", ask(run, 0, 2, *seats).ref, ask(run, 0, 2, riders=riders).party)

    [answer] = offers.offer([wanted], at=AT)

    assert isinstance(answer, refusal)


def test_a_seat_beyond_the_vehicle_is_refused(line, run):
    with pytest.raises(lines.SeatTaken):
        buy(ask(run, 0, 2, 3))

    assert not Boarding.objects.exists()


def test_lines_without_a_choice_have_none(line, run):
    ShuttleLine.objects.update(has_seat_choice=False)

    [answer] = offers.offer([ask(run, 0, 2, 1)], at=AT)

    assert isinstance(answer, offers.NoSeatChoice)


def test_places_to_stand_are_sold_beside_the_seats(line):
    line.has_seat_choice, line.standing = False, 3
    line.save()
    lines.create_runs(region=line.region, first=DAY, last=DAY + timedelta(days=1))
    run = Run.objects.filter(service_date__gt=DAY).earliest("departs_at")

    assert buy(ask(run, 0, 2, riders=50)).pk
    assert buy(ask(run, 0, 2, riders=3)).pk
    with pytest.raises(orders.SoldOut):
        buy(ask(run, 0, 1))
