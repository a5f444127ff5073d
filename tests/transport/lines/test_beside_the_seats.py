"""A child on a lap and large luggage: sold with a seat, counted for themselves, gone with their people."""

from __future__ import annotations

import pytest

from bookings.contracts import Ask
from bookings.inventory.models import Bucket
from bookings.orders import operations as orders
from bookings.orders.models import Line
from bookings.refunds import operations as refunds
from bookings.shares import operations as shares
from bookings.shares.models import Division, Rule
from bookings.vouchers.models import Voucher
from kernel import invariants
from kernel.errors import Refusal
from kernel.outbox import operations as outbox
from tests.factories.tourism import person
from tests.transport.lines.conftest import DAY, FARE, classes, wish
from transport.lines import along, offers
from transport.lines import operations as lines
from transport.lines.models import (
    LAP,
    LUGGAGE,
    AffectedRide,
    Boarding,
    RideChoice,
    Run,
    ShuttleLine,
)

HOLDS = ("segment-equals-riders", "beside-equals-taken-along", "run-has-buckets")


@pytest.fixture
def run(db, region_line) -> Run:
    return Run.objects.earliest("departs_at")


@pytest.fixture
def region_line():
    from tests.factories.kernel import RegionFactory
    from tests.factories.transport import shuttle_line

    line = shuttle_line(RegionFactory())
    ShuttleLine.objects.update(lap_places=2, luggage_places=3, luggage_fee_fen=500)
    lines.create_runs(region=line.region, first=DAY, last=DAY)
    return line


def ask(run, *codes, board=0, alight=2) -> Ask:
    return Ask("shuttle", f"{run.pk}:{board}:{alight}", classes(*codes))


def taken(buckets) -> list[int]:
    found = dict(Bucket.objects.filter(pk__in=buckets).values_list("pk", "taken"))
    return [found[pk] for pk in buckets]


def buy(run, *codes, fen, at, **ends):
    return orders.place(wish(ask(run, *codes, **ends), total_fen=fen), at=at)


def test_they_cost_what_the_operator_says_and_take_no_seat(run, at):
    buy(run, "adult", LAP, LUGGAGE, LUGGAGE, fen=FARE + 2 * 500, at=at)

    assert taken(run.segments) == [1, 1]
    assert taken(run.lap_segments) == [1, 1]
    assert taken(run.luggage_segments) == [2, 2]
    ride = Boarding.objects.get()
    assert (ride.riders, ride.laps, ride.bags) == (1, 1, 2)
    assert [invariants.check(code, at=at) for code in HOLDS] == [[], [], []]


def test_where_names_are_asked_for_luggage_has_none(run, at):
    ShuttleLine.objects.update(needs_names=True)
    child = person(2, class_code=LAP)
    named = Ask("shuttle", f"{run.pk}:0:2", (person(1), child, *classes(LUGGAGE)))

    with pytest.raises(orders.NamesMissing):
        buy(run, "adult", fen=FARE, at=at)
    assert orders.place(wish(named, total_fen=FARE + 500), at=at).pk


def test_they_are_counted_by_segment(run, at):
    buy(run, "adult", LAP, board=0, alight=1, fen=FARE // 2, at=at)

    assert taken(run.lap_segments) == [1, 0]


@pytest.mark.parametrize(
    ("codes", "refusal"),
    [
        (("adult", LAP, LAP), along.LapEach),
        (("adult", "adult", "adult", LAP, LAP, LAP), along.NoneOnLaps),
        (("adult", *[LUGGAGE] * 4), along.NoLuggage),
        ((LAP,), offers.EmptyParty),
        (("adult", "~bicycle"), offers.OtherClass),
    ],
)
def test_what_cannot_be_is_refused_and_nothing_is_taken(run, at, codes, refusal):
    [answer] = offers.offer([ask(run, *codes)], at=at)

    assert type(answer) is refusal
    with pytest.raises(refusal):
        buy(run, *codes, fen=0, at=at)
    assert taken(run.segments + run.lap_segments + run.luggage_segments) == [0] * 6


def test_a_line_that_takes_none_sells_none(runs_without, at):
    [lap, bag] = offers.offer(
        [ask(runs_without, "adult", LAP), ask(runs_without, "adult", LUGGAGE)], at=at
    )

    assert (type(lap), type(bag)) == (along.NoneOnLaps, along.NoLuggage)


@pytest.fixture
def runs_without(db):
    from tests.factories.kernel import RegionFactory
    from tests.factories.transport import shuttle_line

    line = shuttle_line(RegionFactory(), slug="plain")
    lines.create_runs(region=line.region, first=DAY, last=DAY)
    return Run.objects.filter(line=line).earliest("departs_at")


def test_at_most_a_tenth_of_the_seats(db, region_line):
    from django.db import IntegrityError

    with pytest.raises(IntegrityError):
        ShuttleLine.objects.update(lap_places=6)


def test_another_vehicle_takes_a_tenth_of_its_seats_or_nothing_changes(run, at):
    buy(run, "adult", "adult", LAP, LAP, fen=2 * FARE, at=at)

    with pytest.raises(lines.SeatsSold):
        lines.set_seats(run=run, seats=19, actor="user:1", at=at)

    assert taken(run.lap_segments) == [2, 2]
    assert set(Bucket.objects.filter(pk__in=run.segments).values_list("capacity", flat=True)) == {
        50
    }


def test_they_go_with_the_last_of_their_people(run, at, pay):
    order = pay(buy(run, "adult", LAP, LUGGAGE, fen=FARE + 500, at=at))
    line = Line.objects.get()

    with pytest.raises(Refusal) as refused:
        refunds.quote(order=order, parts={line.pk: ["p1"]}, at=at)
    assert refused.value.code == "left_alone"
    quote = refunds.quote(order=order, parts={line.pk: ["p1", "l1", "g1"]}, at=at)
    refunds.cancel(
        order=order, parts={line.pk: ["p1", "l1", "g1"]}, shown_fen=quote.refund_fen,
        actor="guest:a", reason="BUYER", at=at,
    )  # fmt: skip

    assert taken(run.segments + run.lap_segments + run.luggage_segments) == [0] * 6
    assert not Boarding.objects.exists()


def test_luggage_alone_is_given_back(run, at, pay):
    order = pay(buy(run, "adult", LUGGAGE, fen=FARE + 500, at=at))
    line = Line.objects.get()

    quote = refunds.quote(order=order, parts={line.pk: ["g1"]}, at=at)
    refunds.cancel(
        order=order, parts={line.pk: ["g1"]}, shown_fen=quote.refund_fen, actor="guest:a",
        reason="BUYER", at=at,
    )  # fmt: skip

    assert quote.refund_fen == 500
    assert taken(run.luggage_segments) == [0, 0]
    assert (Boarding.objects.get().riders, Boarding.objects.get().bags) == (1, 0)


def test_a_change_carries_them_along(run, at, pay):
    later = Run.objects.order_by("departs_at")[1]
    pay(buy(run, "adult", LAP, LUGGAGE, fen=FARE + 500, at=at))
    line = Line.objects.get()

    quote = orders.quote_change(line=line, ref=f"{later.pk}:0:2", at=at)
    orders.change(
        line=line, quote=quote, shown_fen=quote.shown_fen, actor="guest:a", request_key="k" * 16,
        at=at,
    )  # fmt: skip

    outbox.drain(at=at)
    assert taken(run.lap_segments + run.luggage_segments) == [0] * 4
    assert taken(later.lap_segments + later.luggage_segments) == [1] * 4
    ride = Boarding.objects.get(run=later)
    assert (ride.riders, ride.laps, ride.bags) == (1, 1, 1)


def called_off_row(run, at) -> AffectedRide:
    lines.cancel_run(run=run, actor="user:1", at=at)
    outbox.drain(at=at)
    return AffectedRide.objects.get()


def test_onto_another_departure_they_go_along_and_leave_nothing_behind(run, at, pay):
    later = Run.objects.order_by("departs_at")[1]
    pay(buy(run, "adult", LAP, LUGGAGE, LUGGAGE, fen=FARE + 1_000, at=at))

    row = called_off_row(run, at)
    lines.choose(row=row, choice=RideChoice.MOVE, ref=f"{later.pk}:0:2", at=at)

    assert taken(run.segments + run.lap_segments + run.luggage_segments) == [0] * 6
    assert taken(later.segments + later.lap_segments) == [1] * 4
    assert taken(later.luggage_segments) == [2] * 2
    assert [invariants.check(code, at=at) for code in HOLDS] == [[], [], []]


def test_a_departure_with_seats_for_the_riders_is_offered_whatever_goes_along(run, at, pay):
    later = Run.objects.order_by("departs_at")[1]
    pay(buy(run, "adult", LUGGAGE, LUGGAGE, fen=FARE + 1_000, at=at))
    buy(later, *["adult"] * 49, fen=49 * FARE, at=at)

    row = called_off_row(run, at)

    assert later in [found.run for found in lines.runs_of(row, at=at)]


def test_a_departure_without_room_for_what_goes_along_is_not_taken(run, at, pay):
    later = Run.objects.order_by("departs_at")[1]
    pay(buy(run, "adult", LUGGAGE, LUGGAGE, fen=FARE + 1_000, at=at))
    buy(later, "adult", LUGGAGE, LUGGAGE, fen=FARE + 1_000, at=at)
    row = called_off_row(run, at)

    with pytest.raises(along.NoLuggage):
        lines.choose(row=row, choice=RideChoice.MOVE, ref=f"{later.pk}:0:2", at=at)

    row.refresh_from_db()
    assert row.choice == RideChoice.OPEN
    assert Boarding.objects.filter(run=run).exists()
    assert taken(run.luggage_segments + later.luggage_segments) == [2] * 4
    assert later not in [found.run for found in lines.runs_of(row, at=at)]


def test_the_driver_sees_them_with_the_first_rider(run, at, pay):
    pay(buy(run, "adult", "adult", LAP, LUGGAGE, LUGGAGE, fen=2 * FARE + 1_000, at=at))

    first, second = Voucher.objects.order_by("part_key")

    assert {words["en"] for words in first.extras} == {"Child on a lap × 1", "Large luggage × 2"}
    assert second.extras == []


def test_two_children_do_not_stay_on_one_lap(run, at, pay):
    order = pay(buy(run, "adult", "adult", LAP, LAP, fen=2 * FARE, at=at))
    line = Line.objects.get()
    later = Run.objects.order_by("departs_at")[1]

    with pytest.raises(refunds.LeftAlone):
        refunds.quote(order=order, parts={line.pk: ["p1"]}, at=at)
    with pytest.raises(Refusal):
        orders.quote_change(line=line, ref=f"{later.pk}:0:2", part_keys=["p1"], at=at)

    assert refunds.quote(order=order, parts={line.pk: ["p1", "l2"]}, at=at).refund_fen == FARE


@pytest.mark.parametrize(
    ("rule", "mine", "theirs", "is_divided"),
    [
        (Rule.KEEP, ("p1",), ("p2", "l1", "g1"), True),
        (Rule.KEEP, ("p1", "p2"), ("l1", "g1"), False),
        (Rule.KEEP, ("p1", "p2", "l1"), ("g1",), False),
        (Rule.ALL, ("p1", "p2"), ("l1", "g1"), True),
    ],
)
def test_what_goes_along_is_paid_by_somebody_who_goes_if_some_may_stay_behind(
    run, at, rule, mine, theirs, is_divided
):
    order = buy(run, "adult", "adult", LAP, LUGGAGE, fen=2 * FARE + 500, at=at)
    line = Line.objects.get()
    portions = [
        shares.Portion(name, tuple((line.pk, key) for key in keys))
        for name, keys in (("A", mine), ("B", theirs))
    ]

    def divide():
        return shares.divide(order=order, portions=portions, rule=rule, actor="a", at=at)

    if is_divided:
        assert divide().shares.count() == 2
    else:
        with pytest.raises(shares.AloneInAShare):
            divide()
        assert not Division.objects.exists()
