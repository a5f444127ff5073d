"""What was sold of a feed's lines outlives its versions: riders get their money, nothing is deleted."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from accounts.messages.models import Message
from bookings.orders.models import Order
from bookings.refunds import operations as refunds
from bookings.vouchers.models import Voucher
from kernel.outbox import operations as outbox
from tests.transport.feeds.gtfs.zips import CALENDAR, STOP_TIMES, read
from tests.transport.feeds.places import put, taken
from tests.transport.lines.conftest import AT as SOLD_AT
from tests.transport.lines.conftest import pay, sell  # noqa: F401 - fixtures
from transport.feeds import gtfs
from transport.lines import operations as lines
from transport.lines.models import (
    Boarding,
    Relief,
    Run,
    RunState,
    ShuttleLine,
    TimetableTrip,
)
from transport.lines.offers import boarding_window

pytestmark = pytest.mark.django_db
LATER = SOLD_AT + timedelta(hours=1)
DAY = date(2026, 10, 3)
FARES = {
    "fare_attributes.txt": (
        "fare_id,price,currency_type,payment_method,transfers\nF30,30.00,CNY,1,0\n"
    ),
    "fare_rules.txt": "fare_id,route_id\nF30,T1\n",
}


def at_other_times(minutes: int) -> dict[str, str]:
    """The version in which every stop is so many minutes later."""
    clocks = [f"{(each + minutes) // 60:02}:{(each + minutes) % 60:02}:00" for each in _MINUTES]
    rows = (
        f"T1-1,{clocks[0]},{clocks[0]},north,1\nT1-1,{clocks[1]},{clocks[2]},town,2\n"
        f"T1-1,{clocks[3]},{clocks[3]},gate,3\n"
    )
    return {**FARES, "stop_times.txt": STOP_TIMES + rows}


_MINUTES = (480, 550, 555, 580)
NO_SATURDAYS = {**FARES, "calendar.txt": CALENDAR + "DAILY,1,1,1,1,1,0,1,20260101,20271231\n"}
HEADSIGN = {
    **FARES,
    "trips.txt": "route_id,service_id,trip_id,trip_headsign\nT1,DAILY,T1-1,慈光阁\n",
}


@pytest.fixture
def sold(sell) -> Order:  # noqa: F811 - the fixture
    put(FARES)
    order: Order = sell(Run.objects.get(service_date=DAY))
    return order


@pytest.mark.parametrize(
    "version",
    [at_other_times(31), at_other_times(-31), NO_SATURDAYS],
    ids=["much later", "much earlier", "day dropped"],
)
def test_a_sold_run_that_is_no_more_is_called_off_and_paid_back(sold, version):
    run = Boarding.objects.get().run

    put(version, at=LATER)

    run.refresh_from_db()
    assert run.state == RunState.CANCELLED
    assert lines.follow_disruptions(at=LATER) == 1
    assert lines.end_choices(at=LATER + timedelta(days=1)) == 1
    assert [refund.amount_fen for refund in sold.refunds.all()] == [3_000]
    others = Run.objects.exclude(pk=run.pk)
    assert set(others.values_list("state", flat=True)) == {RunState.SCHEDULED}


@pytest.mark.parametrize("minutes", [1, 30, -30])
def test_a_sold_run_that_moves_a_little_takes_its_riders_along(sold, minutes):
    run, before = Boarding.objects.get().run, sold.lines.get()

    put(at_other_times(minutes), at=LATER)
    outbox.drain(at=LATER)

    ride, line = Boarding.objects.get(), sold.lines.get()
    assert ride.run_id == run.pk
    assert ride.run.departs_at == run.departs_at + timedelta(minutes=minutes)
    assert line.starts_at == before.starts_at + timedelta(minutes=minutes)
    assert line.ends_at == before.ends_at + timedelta(minutes=minutes)
    assert not sold.refunds.exists()
    [told] = Message.objects.filter(kind="bookings.news.moved")
    assert told.about == f"run:{run.pk}"
    window = Voucher.objects.values_list("valid_from", "valid_until").get()
    assert window == boarding_window(line.starts_at, line.ends_at)
    assert TimetableTrip.objects.get().departs_s == 8 * 3600 + 60 * minutes
    assert refunds.quote(order=sold, parts={line.pk: ["p1"]}, at=LATER).refund_fen == 3_000
    assert taken(at=LATER) == read(at_other_times(minutes))


def test_following_a_move_again_tells_nobody_twice(sold):
    put(at_other_times(5), at=LATER)
    outbox.drain(at=LATER)

    assert lines.follow_moves(at=LATER + timedelta(minutes=1)) == 0

    assert Message.objects.filter(kind="bookings.news.moved").count() == 1


def test_a_line_may_say_that_whatever_moves_is_another_departure(sold):
    ShuttleLine.objects.update(moved_along_min=0)
    run = Boarding.objects.get().run

    put(at_other_times(1), at=LATER)

    run.refresh_from_db()
    assert run.state == RunState.CANCELLED


@pytest.mark.parametrize(("minutes", "state"), [(-5, "CANCELLED"), (5, "SCHEDULED")])
def test_nobody_is_asked_to_come_earlier_at_short_notice(sold, minutes, state):
    run = Boarding.objects.get().run

    put(at_other_times(minutes), at=run.departs_at - timedelta(hours=1))

    run.refresh_from_db()
    assert run.state == state


def test_where_nobody_gets_on_any_more_it_is_another_departure(sold):
    run = Boarding.objects.get().run
    times = "trip_id,arrival_time,departure_time,stop_id,stop_sequence,pickup_type\n"
    rows = (
        "T1-1,08:00:00,08:00:00,north,1,\nT1-1,09:10:00,09:15:00,town,2,1\n"
        "T1-1,09:40:00,09:40:00,gate,3,\n"
    )

    put({**FARES, "stop_times.txt": times + rows}, at=LATER)

    run.refresh_from_db()
    assert run.state == RunState.CANCELLED


def test_a_run_that_somebody_waited_for_is_not_deleted_but_cancelled(sold):
    run = Run.objects.exclude(boardings__isnull=False).filter(service_date__gt=DAY).earliest("pk")
    Relief.objects.create(run=run, waiting=12, proposed_at=SOLD_AT)

    put(at_other_times(45), at=LATER)

    run.refresh_from_db()
    assert run.state == RunState.CANCELLED


def test_a_sold_run_that_only_says_another_destination_takes_place(sold):
    run = Boarding.objects.get().run

    put(HEADSIGN, at=LATER)

    run.refresh_from_db()
    assert run.state == RunState.SCHEDULED
    assert run.pattern.headsign_zh == "慈光阁"
    assert lines.follow_disruptions(at=LATER) == 0


def test_a_bad_version_changes_nothing(sold):
    before = taken(at=LATER)

    with pytest.raises(gtfs.BadFeed):
        put({**FARES, "trips.txt": "route_id,service_id,trip_id\nT1,DAILY,\n"}, at=LATER)

    assert taken(at=LATER) == before
    assert Boarding.objects.get().run.state == RunState.SCHEDULED
