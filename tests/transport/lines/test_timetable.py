"""Services, headways, stop patterns of any kind: which runs they make, what rides cost and when."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from bookings.contracts import Ask
from tests.factories.transport import service_of
from tests.transport.lines.conftest import AT, DAY, ride
from transport.lines import fares, offers
from transport.lines import operations as lines
from transport.lines.calendars import ServiceDays
from transport.lines.models import ExceptionKind, Headway, Run

THURSDAY = date(2026, 10, 1)
FRIDAY, SATURDAY = THURSDAY + timedelta(days=1), THURSDAY + timedelta(days=2)


def days_of(line) -> list[date]:
    lines.create_runs(region=line.region, first=THURSDAY, last=SATURDAY)
    rows = Run.objects.filter(line=line, service_date__lte=SATURDAY)
    return sorted(set(rows.values_list("service_date", flat=True)))


def test_a_service_has_its_weekdays_without_its_exceptions(line):
    service_of(line)

    assert days_of(line) == [FRIDAY]


def test_a_service_may_consist_of_dates_only():
    days = ServiceDays("", None, None, {SATURDAY: ExceptionKind.ADDED})

    assert [day for day in (THURSDAY, FRIDAY, SATURDAY) if days.has(day)] == [SATURDAY]


def test_days_that_a_service_loses_are_cancelled(line, runs):
    service = service_of(line)
    service.dates.create(date=DAY, kind=ExceptionKind.REMOVED)

    dropped = lines.follow_calendar(line_ids=[line.pk], actor="user:1", at=AT)

    assert {run.pk for run in dropped} == {run.pk for run in runs}


def test_headways_make_a_run_each_and_laying_out_again_makes_none(line):
    trip = line.trips.earliest("pk")
    line.trips.exclude(pk=trip.pk).update(valid_until=THURSDAY)
    Headway.objects.create(trip=trip, first_s=9 * 3600, until_s=10 * 3600, every_s=1200)
    Headway.objects.create(trip=trip, first_s=10 * 3600, until_s=10 * 3600 + 1, every_s=600)

    made = [lines.create_runs(region=line.region, first=FRIDAY, last=FRIDAY) for _again in range(2)]

    runs = Run.objects.filter(service_date=FRIDAY).order_by("number")
    assert made == [4, 0]
    assert [run.local_departure[-5:] for run in runs] == ["09:00", "09:20", "09:40", "10:00"]
    assert len({bucket for run in runs for bucket in run.segments}) == 8


def test_a_line_in_another_time_zone_departs_by_its_own_clock(line):
    line.time_zone = "Asia/Tokyo"
    line.save()

    lines.create_runs(region=line.region, first=FRIDAY, last=FRIDAY)

    run = Run.objects.filter(service_date=FRIDAY).earliest("departs_at")
    assert run.departs_at.isoformat() == "2026-10-01T23:00:00+00:00"
    assert run.local_departure == "2026-10-02 08:00"


@pytest.mark.parametrize("stops", [2, 3, 7])
def test_every_ride_has_its_place_among_the_fares(stops):
    rides = [(a, b) for a in range(stops) for b in range(a + 1, stops)]

    assert [fares.ride_index(stops, *each) for each in rides] == list(range(len(rides)))


def test_rides_may_have_a_fare_each(line, run):
    line.patterns.update(ride_fares_fen=[1_100, 2_200, 900])

    asks = [ride(run, board=a, alight=b) for a, b in ((0, 1), (0, 2), (1, 2))]
    answers = offers.offer(asks, at=AT)

    assert [answer[0].price_fen for answer in answers] == [1_100, 2_200, 900]


def test_nobody_gets_on_or_off_where_the_pattern_says_so(line, run):
    stops = line.patterns.get().stops
    stops.filter(seq=1).update(may_board=False)
    stops.filter(seq=2).update(may_alight=False)
    asks = [Ask("shuttle", f"{run.pk}:{ends}", ride(run).party) for ends in ("0:1", "1:2", "0:2")]

    answers = offers.offer(asks, at=AT)

    assert isinstance(answers[0], tuple)
    assert [type(answer) for answer in answers[1:]] == [offers.NoSuchRide] * 2


def test_vehicles_may_wait_at_a_stop(line, run):
    line.patterns.get().stops.filter(seq=1).update(arrives_s=1200, departs_s=1500)

    [(there,), (back,)] = offers.offer([ride(run, alight=1), ride(run, board=1)], at=AT)

    assert there.ends_at == run.departs_at + timedelta(minutes=20)
    assert back.starts_at == run.departs_at + timedelta(minutes=25)
