"""Two buyers, one seat; and the first one who chooses while somebody boards who does not."""

from __future__ import annotations

import sys
import uuid

import pytest
from django.db import IntegrityError, connection

from bookings.contracts import Ask
from bookings.orders import operations as orders
from bookings.orders.models import Order
from kernel import invariants
from tests.factories.kernel import RegionFactory
from tests.factories.tourism import person
from tests.factories.transport import shuttle_line
from tests.races.conftest import (
    KEPT_OUT_S,
    drop_constraint,
    interrupt,
    meet,
    of_type,
    run_together,
    unlock,
)
from tests.transport.lines.conftest import AT, DAY, FARE
from transport.lines import operations as lines
from transport.lines.models import Boarding, Run

boarding = sys.modules["transport.lines.operations.boarding"]


@pytest.fixture
def run(fresh_db: str) -> Run:
    """A departure with two seats, which riders may choose."""
    line = shuttle_line(RegionFactory())
    line.has_seat_choice, line.seats = True, 2
    line.save()
    lines.create_runs(region=line.region, first=DAY, last=DAY)
    return Run.objects.earliest("departs_at")


def buy(run: Run, who: int, *rides: str):
    """Buy one place on each of these rides, such as "0:2" or "0:2:1" with seat 1, in one order."""

    def bought() -> Order:
        asks = tuple(
            Ask("shuttle", f"{run.pk}:{ride}", (person(10 * who + n),))
            for n, ride in enumerate(rides)
        )
        fen = sum(FARE if ride.startswith("0:2") else FARE // 2 for ride in rides)
        request = orders.PlaceRequest(
            actor=f"guest:{who}", request_key=uuid.uuid4().hex, region_id=run.line.region_id,
            asks=asks, shown_total_fen=fen, language="en", contact="16100000001",
        )  # fmt: skip
        return orders.place(request, at=AT)

    return bought


def both(run: Run) -> list[object]:
    return run_together(buy(run, 1, "0:2:1"), buy(run, 2, "0:2:1"))


def test_one_of_two_buyers_has_the_seat(run, monkeypatch):
    meet(monkeypatch, boarding, "board_seated", of=2)

    results = both(run)

    assert (of_type(results, Order), of_type(results, lines.SeatTaken)) == (1, 1)
    assert Boarding.objects.get().chosen.count() == 2


def test_behind_the_lock_stands_that_a_seat_is_there_once(run, monkeypatch):
    unlock(monkeypatch)
    meet(monkeypatch, sys.modules["transport.lines.operations.seats"], "_write", of=2)

    results = both(run)

    assert (of_type(results, Order), of_type(results, IntegrityError)) == (1, 1)
    assert Boarding.objects.get().chosen.count() == 2


def test_twin_without_both_it_is_sold_twice(run, monkeypatch):
    unlock(monkeypatch)
    drop_constraint("transport_lines_chosenseat", "transport_lines_chosenseat_once")
    meet(monkeypatch, sys.modules["transport.lines.operations.seats"], "_write", of=2)

    results = both(run)

    assert of_type(results, Order) == 2
    assert {one.chosen.first().number for one in Boarding.objects.all()} == {1}


def cut_while_somebody_boards(run: Run, patch: pytest.MonkeyPatch, within_s: float) -> list[object]:
    """One order cuts both seats in two, and before it writes somebody boards for the whole way."""
    seats = sys.modules["transport.lines.operations.seats"]
    both_ways = interrupt(patch, seats, "_write", buy(run, 2, "0:2"), within_s=within_s)
    return both_ways(buy(run, 1, "0:1:1", "1:2:2"))


def test_who_boards_meanwhile_is_told_to_try_again(run, monkeypatch):
    cut, whole = cut_while_somebody_boards(run, monkeypatch, KEPT_OUT_S)

    assert (type(cut), type(whole)) == (Order, lines.SeatsChosen)
    assert invariants.check("everybody-is-seated", at=AT) == []
    with pytest.raises(lines.NoSeating):
        buy(run, 3, "0:2")()


def forget_the_run() -> None:
    """A foreign key asks for the same lock when the order is committed."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conname FROM pg_constraint WHERE conrelid = 'transport_lines_boarding'::regclass"
            " AND contype = 'f' AND confrelid = 'transport_lines_run'::regclass"
        )
        [(name,)] = cursor.fetchall()
    drop_constraint("transport_lines_boarding", name)


def test_twin_without_the_lock_somebody_has_no_seat(run, monkeypatch):
    forget_the_run()
    monkeypatch.setattr(boarding, "_BOARD", boarding._BOARD.replace("FOR KEY SHARE", ""))

    cut, whole = cut_while_somebody_boards(run, monkeypatch, KEPT_OUT_S)

    assert (type(cut), type(whole)) == (Order, Order)
    assert invariants.check("everybody-is-seated", at=AT) == [
        f"run {run.pk}: not everybody can be seated"
    ]
