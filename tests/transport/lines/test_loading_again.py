"""A region's files with other times: departures on sale take their riders along, or nothing is loaded."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from accounts.messages.models import Message
from bookings.contracts import Ask
from bookings.orders import operations as orders
from bookings.orders.models import Line
from bookings.refunds import operations as refunds
from kernel import invariants
from kernel.outbox import operations as outbox
from kernel.places import loading
from tests.factories.tourism import person
from tests.transport.lines.conftest import AT, wish
from tests.transport.lines.test_loading import YUNLING, spoil
from transport.lines.models import (
    AffectedRide,
    Boarding,
    PatternStop,
    Run,
    RunState,
    ShuttleLine,
    TimetableTrip,
)

pytestmark = pytest.mark.django_db

FARE = 1_500
STOPS, TIMES = "shuttle_stops.csv", "shuttle_departures.csv"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(YUNLING, tmp_path / "yunling"))


def load(folder: Path, *, at=AT) -> None:
    loading.load("yunling", path=folder, days=3, at=at)


@pytest.fixture
def sold(folder, pay) -> Run:
    """Somebody rides the way out the day after tomorrow."""
    load(folder)
    run = Run.objects.filter(trip__slug="Y01-O-001").order_by("departs_at")[2]
    asked = Ask("shuttle", f"{run.pk}:0:1", (person(1),))
    pay(orders.place(wish(asked, total_fen=FARE), at=AT))
    return run


def times() -> tuple[object, ...]:
    return (
        list(TimetableTrip.objects.order_by("pk").values_list("departs_s", flat=True)),
        list(PatternStop.objects.order_by("pk").values_list("arrives_s", "place_id")),
        list(Run.objects.order_by("pk").values_list("departs_at", "moved_at")),
        list(Line.objects.values_list("starts_at", "ends_at", "moved_at")),
    )


@pytest.mark.parametrize(
    ("file", "old", "new", "starts", "ends"),
    [
        (TIMES, "O-001,09:00", "O-001,09:20", 20, 20),
        (STOPS, "Y01,out,2,lotus-bus,40", "Y01,out,2,lotus-bus,55", 0, 15),
        (TIMES, "O-001,09:00", "O-001,08:45", -15, -15),
    ],
    ids=["leaves later", "arrives later", "leaves earlier"],
)
def test_riders_are_taken_along_told_and_may_have_the_money(
    folder, sold, file, old, new, starts, ends
):
    before = Line.objects.get()
    spoil(folder, file, old, new)

    load(folder)
    outbox.drain(at=AT)

    line = Line.objects.get()
    assert line.starts_at == before.starts_at + starts * MINUTE
    assert line.ends_at == before.ends_at + ends * MINUTE
    assert Message.objects.filter(kind="bookings.news.moved").count() == 1
    late = line.starts_at - timedelta(hours=1)
    assert refunds.quote(order=line.order, parts={line.pk: ["p1"]}, at=late).refund_fen == FARE
    after = AT + timedelta(minutes=11)
    assert invariants.check("ride-at-the-time-of-its-run", at=after) == []


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [
        (TIMES, "O-001,09:00", "O-001,09:31"),
        (STOPS, "Y01,out,2,lotus-bus,40", "Y01,out,2,lotus-bus,75"),
        (STOPS, "Y01,out,2,lotus-bus,40", "Y01,out,2,station,40"),
    ],
    ids=["too late", "too long on the way", "elsewhere"],
)
def test_what_is_another_departure_to_its_riders_is_refused_with_the_row(
    folder, sold, file, old, new
):
    before = times()
    spoil(folder, file, old, new)

    with pytest.raises(loading.BadRegionData) as refused:
        load(folder)

    [problem] = refused.value.problems
    assert (problem.file, problem.line, problem.column) == (TIMES, 2, "departure")
    assert "Y01-O-001".lower() in problem.reason.lower()
    assert times() == before


def test_nobody_is_asked_to_come_earlier_at_short_notice(folder, sold):
    before = times()
    spoil(folder, TIMES, "O-001,09:00", "O-001,08:55")

    with pytest.raises(loading.BadRegionData):
        load(folder, at=sold.departs_at - timedelta(hours=1))

    assert times() == before


def test_what_nobody_rides_moves_as_far_as_the_files_say(folder):
    load(folder)
    spoil(folder, TIMES, "O-001,09:00", "O-001,12:00")

    load(folder)

    runs = Run.objects.filter(trip__slug="Y01-O-001", departs_at__gt=AT)
    assert {run.departs_at.astimezone(run.line.tz).hour for run in runs} == {12}
    assert not Boarding.objects.exists()


def test_the_same_files_again_move_nobody(folder, sold):
    before = times()

    load(folder)

    assert times() == before
    assert ShuttleLine.objects.count() == 1


def test_out_of_its_new_season_nothing_stays_on_sale_and_riders_choose(folder, sold):
    spoil(folder, "shuttle_seasons.csv", "all,1,12", "all,11,12")

    load(folder)
    outbox.drain(at=AT)

    sold.refresh_from_db()
    assert sold.state == RunState.CANCELLED
    assert list(Run.objects.filter(departs_at__gt=AT)) == [sold]
    assert Message.objects.filter(kind="transport.lines.called-off").count() == 1
    assert AffectedRide.objects.get().line == Line.objects.get()
