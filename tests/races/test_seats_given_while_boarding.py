# ruff: noqa: F811 - fixtures of the lines' own tests
"""Seats are given while somebody boards: who is aboard sits where the list said when they came.

And a rider names a train while their ride goes over to another departure: both are kept.
"""

from __future__ import annotations

import sys

import pytest

from bookings.orders.models import Line
from bookings.vouchers import operations as vouchers
from bookings.vouchers.models import Pass
from kernel.outbox import operations as outbox
from tests.races.conftest import KEPT_OUT_S, interrupt
from tests.transport.lines.conftest import AT, line, pay, run, runs, sell  # noqa: F401
from tests.transport.lines.conftest import connection as timed_to  # noqa: F401
from tests.transport.lines.test_boarding import post_of
from transport.lines import operations as lines
from transport.lines.models import AffectedRide, Boarding, GivenSeat, RideChoice, Run, ShuttleLine

boarding = sys.modules["transport.lines.operations.boarding"]
giving = sys.modules["transport.lines.operations.giving"]


@pytest.fixture
def family(run, sell):
    """Two seats: one rides to the middle on 1, one from there on 2; the third one goes all the way."""
    ShuttleLine.objects.update(seats=2)
    lines.set_seats(run=run, seats=2, actor="user:1", at=AT)
    first, second = sell(run, board=0, alight=1), sell(run, board=1, alight=2)
    for order, number in ((first, 1), (second, 2)):
        ride = Boarding.objects.get(line__order=order)
        GivenSeat.objects.create(boarding=ride, part_key="p1", number=number)
    sell(run, board=0, alight=2)
    return first


def boards(run: Run, order):
    """Board, and sit down where the list says."""

    def come() -> int:
        vouchers.redeem(
            text=Pass.objects.get(order=order).short_code, post=post_of(run), request_key="k",
            actor="user:1", at=run.departs_at,
        )  # fmt: skip
        return seat_of(order)

    return come


def seat_of(order) -> int:
    return GivenSeat.objects.get(boarding__line__order=order).number


def give_while_somebody_boards(run, order, patch) -> tuple[object, object]:
    both = interrupt(patch, giving, "_write", boards(run, order), within_s=KEPT_OUT_S)
    return tuple(both(lambda: lines.give_seats(run_id=run.pk)))


def test_who_boards_meanwhile_stays_where_they_sit(run, family, monkeypatch):
    _given, sat_on = give_while_somebody_boards(run, family, monkeypatch)

    assert sat_on == seat_of(family)
    assert GivenSeat.objects.count() == 3


def test_twin_without_the_lock_they_are_sent_elsewhere(run, family, monkeypatch):
    monkeypatch.setattr(
        giving,
        "_lock_lines",
        lambda run_id: list(Boarding.objects.filter(run=run_id).values_list("line", flat=True)),
    )

    _given, sat_on = give_while_somebody_boards(run, family, monkeypatch)

    assert sat_on != seat_of(family)


def test_who_cancels_meanwhile_leaves_no_seat_behind(run, family, monkeypatch):
    from bookings.refunds import operations as refunds

    def cancel() -> None:
        row = Line.objects.select_related("order").get(order=family)
        quote = refunds.quote(order=row.order, parts={row.pk: ["p1"]}, at=AT)
        refunds.cancel(
            order=row.order, parts={row.pk: ["p1"]}, shown_fen=quote.refund_fen,
            actor="guest:a", reason="BUYER", at=AT,
        )  # fmt: skip

    both = interrupt(monkeypatch, giving, "_write", cancel, within_s=KEPT_OUT_S)
    given, cancelled = both(lambda: lines.give_seats(run_id=run.pk))

    assert (given, cancelled) == (None, None)
    assert GivenSeat.objects.count() == 2
    assert not Boarding.objects.filter(line__order=family).exists()


def named_while_moved(runs, order, patch) -> Boarding:
    """The ride goes over to the next departure, and before that is written its train is named."""
    row = Line.objects.get(order=order)

    def name() -> None:
        lines.name_train(line=row, number="G3027", at=AT)

    lines.cancel_run(run=runs[0], actor="user:1", at=AT)
    outbox.drain(at=AT)
    asked = AffectedRide.objects.get()

    def change() -> None:
        lines.choose(row=asked, choice=RideChoice.MOVE, ref=f"{runs[1].pk}:0:2", at=AT)

    results = interrupt(patch, boarding, "seat_refusal", name)(change)
    assert results == [None, None]
    return Boarding.objects.get()


def test_a_train_that_is_named_while_the_ride_goes_over_is_kept(
    runs,
    sell,
    timed_to,
    monkeypatch,
):
    ride = named_while_moved(runs, sell(runs[0]), monkeypatch)

    assert ride.run == runs[1]
    assert ride.train is not None
    assert ride.train.number == "G3027"


def test_twin_that_saves_the_whole_ride_loses_the_train(
    runs,
    sell,
    timed_to,
    monkeypatch,
):
    save = Boarding.save
    monkeypatch.setattr(Boarding, "save", lambda ride, **_only: save(ride))

    ride = named_while_moved(runs, sell(runs[0]), monkeypatch)

    assert (ride.run, ride.train) == (runs[1], None)
