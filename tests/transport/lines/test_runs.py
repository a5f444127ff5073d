"""Runs laid out by the timetable, and what becomes of them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from bookings import registry
from bookings.inventory import queries as inventory
from bookings.orders import operations as orders
from bookings.orders.models import Order, State
from bookings.refunds import operations as refunds
from bookings.refunds.models import Refund
from kernel.audit.models import Entry
from kernel.outbox import operations as outbox
from tests.factories.kernel import RegionFactory
from tests.factories.transport import shuttle_line
from tests.transport.lines.conftest import DAY, FARE, ride, wish
from transport.lines import operations as lines
from transport.lines.models import (
    AffectedRide,
    Boarding,
    ExceptionKind,
    PatternStop,
    Run,
    ServiceException,
    ShuttleLine,
    TimetableTrip,
)


def lay_out(line: ShuttleLine, first: date, last: date) -> list[date]:
    lines.create_runs(region=line.region, first=first, last=last)
    days = Run.objects.filter(line=line).values_list("service_date", flat=True)
    return sorted(set(days))


def test_laying_out_twice_makes_nothing_new(line, runs):
    before = list(Run.objects.order_by("pk").values())

    assert lines.create_runs(region=line.region, first=DAY, last=DAY) == 0
    assert list(Run.objects.order_by("pk").values()) == before


@pytest.mark.django_db
def test_a_season_may_last_over_the_new_year():
    line = shuttle_line(RegionFactory())
    ShuttleLine.objects.update(first_month=11, last_month=2)

    assert lay_out(line, date(2026, 10, 31), date(2026, 11, 1)) == [date(2026, 11, 1)]
    assert date(2027, 2, 28) in lay_out(line, date(2027, 2, 28), date(2027, 3, 1))
    assert not Run.objects.filter(service_date=date(2027, 3, 1)).exists()


@pytest.mark.django_db
def test_an_exceptional_day_overrules_the_season_both_ways():
    line = shuttle_line(RegionFactory())
    ShuttleLine.objects.update(first_month=10, last_month=10)
    words = {"line": line, "reason_zh": "节"}
    ServiceException.objects.create(date=date(2026, 10, 1), service=ExceptionKind.REMOVED, **words)
    ServiceException.objects.create(date=date(2026, 11, 2), service=ExceptionKind.ADDED, **words)

    days = lay_out(line, date(2026, 9, 30), date(2026, 11, 3))

    assert days[0] == date(2026, 10, 2)
    assert days[-2:] == [date(2026, 10, 31), date(2026, 11, 2)]


@pytest.mark.django_db
def test_a_trip_runs_from_its_first_day_to_the_day_before_its_last():
    line = shuttle_line(RegionFactory())
    TimetableTrip.objects.update(valid_from=date(2026, 10, 2), valid_until=date(2026, 10, 4))

    assert lay_out(line, date(2026, 10, 1), date(2026, 10, 5)) == [
        date(2026, 10, 2),
        date(2026, 10, 3),
    ]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("day", "departs"),
    [
        (date(2026, 3, 29), datetime(2026, 3, 29, 6, tzinfo=UTC)),  # clocks go forward
        (date(2026, 10, 25), datetime(2026, 10, 25, 7, tzinfo=UTC)),  # and back
        (date(2026, 7, 1), datetime(2026, 7, 1, 6, tzinfo=UTC)),
    ],
)
def test_a_timetable_keeps_its_clock_on_days_when_the_clocks_change(day, departs):
    line = shuttle_line(RegionFactory(timezone="Europe/Berlin"))

    lay_out(line, day, day)

    assert Run.objects.earliest("departs_at").departs_at == departs


@pytest.mark.django_db
def test_a_trip_after_midnight_belongs_to_the_day_before():
    line = shuttle_line(RegionFactory())
    TimetableTrip.objects.update(departs_s=(25 * 60 + 10) * 60)

    lay_out(line, DAY, DAY)

    run = Run.objects.earliest("pk")
    assert run.service_date == DAY
    assert run.local_departure == "2026-10-15 01:10"


def test_a_line_that_got_another_stop_is_laid_out_again_where_nobody_bought(line, runs, sell):
    sell(runs[0])
    last = line.patterns.get().stops.latest("seq")
    PatternStop.objects.create(
        pattern=last.pattern, seq=3, place=last.place, arrives_s=3600, departs_s=3600, metres=9,
        fare_fen=4_000,
    )  # fmt: skip

    lines.create_runs(region=line.region, first=DAY, last=DAY)

    lengths = {run.pk: len(run.segments) for run in Run.objects.filter(line=line)}
    assert lengths[runs[0].pk] == 2
    assert sorted(lengths.values()) == [2, 3, 3, 3, 3, 3]


def test_a_run_cancelled_between_offer_and_order_takes_nobody(run, at, monkeypatch):
    """What was offered a moment ago is refused when it is claimed, and nothing is held."""
    seller = registry.get("shuttle")
    asked = wish(ride(run), total_fen=FARE)
    told = seller.offer(asks=asked.asks, at=at)
    lines.cancel_run(run=run, actor="user:1", at=at)
    monkeypatch.setattr(seller, "offer", lambda *, asks, at: told)

    [outcome] = orders.place_many([asked], at=at)

    assert isinstance(outcome, lines.RunGone)
    assert Order.objects.count() == Boarding.objects.count() == 0
    assert set(inventory.left(set(run.segments)).values()) == {50}


def test_money_for_a_run_cancelled_meanwhile_comes_back(run, at, sell, monkeypatch):
    cancel = lines.cancel_run
    placed = orders.place

    def place_then_cancel(request, *, at):
        order = placed(request, at=at)
        cancel(run=run, actor="user:1", at=at)
        return order

    monkeypatch.setattr(orders, "place", place_then_cancel)

    order = sell(run)
    outbox.drain(at=at)

    assert {line.state for line in order.lines.all()} == {State.REFUSED}
    assert Refund.objects.get().amount_fen == FARE


def test_the_calendar_cancels_coming_runs_that_it_no_longer_has(line, runs, sell, at):
    order = sell(runs[0])
    ServiceException.objects.create(
        line=line, date=DAY, service=ExceptionKind.REMOVED, reason_zh="雪"
    )

    dropped = lines.follow_calendar(line_ids=[line.pk], actor="user:1", at=at)

    assert [run.pk for run in dropped] == [run.pk for run in runs]
    lines.follow_disruptions(at=at)
    assert AffectedRide.objects.get().line.order_id == order.pk


def test_a_run_that_has_left_stays_as_it_was(line, runs):
    ServiceException.objects.create(
        line=line, date=DAY, service=ExceptionKind.REMOVED, reason_zh="雪"
    )

    dropped = lines.follow_calendar(line_ids=[line.pk], actor="user:1", at=runs[0].departs_at)

    assert runs[0].pk not in {run.pk for run in dropped}


def test_a_bigger_bus_has_more_seats_and_a_smaller_one_must_hold_who_bought(run, sell, at):
    order = sell(run, 3, alight=1)
    audits = Entry.objects.count()

    with pytest.raises(lines.SeatsSold) as refused:
        lines.set_seats(run=run, seats=2, actor="user:1", at=at)

    assert refused.value.facts["taken"] == 3
    assert order.code in refused.value.reason
    assert [inventory.left(set(run.segments))[bucket] for bucket in run.segments] == [47, 50]
    assert Entry.objects.count() == audits

    lines.set_seats(run=run, seats=3, actor="user:1", at=at)
    assert [inventory.left(set(run.segments))[bucket] for bucket in run.segments] == [0, 3]


@pytest.mark.parametrize(
    ("hours", "off_s", "permille"),
    [
        (24, -1, 1000), (24, 0, 1000), (24, 1, 800),
        (2, -1, 800), (2, 0, 800), (2, 1, 500),
        (0, -1, 500), (0, 0, 500), (0, 1, 0),
    ],
)  # fmt: skip
def test_the_refund_ladder_is_exact_to_the_second(line, run, sell, hours, off_s, permille):
    """A day before departure all comes back, two hours before four fifths, then half, then nothing."""
    line.refund_ladder = "24:1000 2:800 0:500"
    line.save()
    order = sell(run)
    parts = {order.lines.get().pk: ["p1"]}
    moment = run.departs_at - timedelta(hours=hours) + timedelta(seconds=off_s)

    quoted = refunds.quote(order=order, parts=parts, at=moment)

    assert quoted.refund_fen == FARE * permille // 1000
