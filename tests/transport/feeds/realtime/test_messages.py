"""GTFS-Realtime as its readers have it: decoded by the bindings, against the exported feed."""

from __future__ import annotations

import json
from datetime import date, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from google.transit import gtfs_realtime_pb2 as rt
from gtfs_rt_validator import cli as validator

from bookings.warnings.models import PlaceWarning
from kernel import clock
from kernel.places import live
from kernel.places.models import Region
from tests.factories.kernel import RegionFactory
from tests.transport.feeds.gtfs.cases import HARD
from tests.transport.feeds.gtfs.zips import written
from tests.transport.feeds.places import put
from tests.transport.lines.conftest import DAY
from tests.transport.vehicles import APART, drive, long_line, tell, vehicle_of
from transport.feeds.exporting import export
from transport.feeds.operations import MAIN
from transport.lines import operations as lines
from transport.lines.models import ExceptionKind, Headway, Run, ServiceException, ShuttleLine

pytestmark = pytest.mark.django_db
KINDS = ("vehicle-positions", "trip-updates", "alerts")


@pytest.fixture
def line() -> ShuttleLine:
    made = long_line(RegionFactory())
    lines.create_runs(region=made.region, first=DAY, last=DAY)
    return made


@pytest.fixture
def runs(line) -> list[Run]:
    return list(Run.objects.filter(line=line).order_by("departs_at"))


@pytest.fixture
def now(monkeypatch, runs):
    """Ten minutes after the first departure."""
    moment = {"at": runs[0].departs_at + timedelta(minutes=10)}
    monkeypatch.setattr(clock, "now", lambda: moment["at"])
    return moment


def ask(region: Region, kind: str, **headers: str):
    return Client().get(f"/gtfs-rt/{region.slug}/{kind}.pb", headers=headers)


def told(region: Region, kind: str) -> rt.FeedMessage:
    answer = ask(region, kind)
    assert answer.status_code == 200
    message = rt.FeedMessage()
    message.ParseFromString(answer.content)
    assert message.IsInitialized()
    ids = [entity.id for entity in message.entity]
    assert len(ids) == len(set(ids))
    return message


@pytest.mark.parametrize("kind", KINDS)
def test_with_nothing_to_tell_a_message_is_empty_and_good(line, now, kind):
    message = told(line.region, kind)

    assert list(message.entity) == []
    assert message.header.gtfs_realtime_version == "2.0"
    assert message.header.incrementality == rt.FeedHeader.FULL_DATASET
    assert message.header.timestamp == int(now["at"].timestamp())


@pytest.mark.parametrize("kind", KINDS)
def test_a_region_without_a_timetable_is_told_of_too(kind):
    assert list(told(RegionFactory(), kind).entity) == []


def test_a_vehicle_on_its_way(line, runs, now):
    bus = vehicle_of(line, sign="7")
    drive(runs[0], bus, at=now["at"])
    tell(bus, 30.0 + APART / 2, at=now["at"], speed=11.0, course=2.0)

    (entity,) = told(line.region, "vehicle-positions").entity

    found, feed = entity.vehicle, exported(line.region)
    assert (found.trip.trip_id, found.trip.route_id) == ("o0", "t01")
    assert found.trip.start_date == "20261014"
    assert not found.trip.HasField("start_time")
    assert (found.vehicle.id, found.vehicle.label) == (str(bus.pk), "7 · 皖J12345")
    assert round(found.position.latitude, 4) == 30.03
    assert (found.position.speed, found.position.bearing) == (11.0, 2.0)
    assert found.timestamp == int(now["at"].timestamp())
    assert (found.current_stop_sequence, found.current_status) == (
        2, rt.VehiclePosition.IN_TRANSIT_TO,
    )  # fmt: skip
    assert found.stop_id in {stop.stop_id for stop in feed.stops}
    assert found.trip.trip_id in {trip.trip_id for trip in feed.trips}
    assert found.trip.route_id in {route.route_id for route in feed.routes}


def exported(region: Region):
    return export(region=region, slug=MAIN, at=clock.now())


def test_a_vehicle_that_has_not_been_heard_of_for_long_is_not_shown(line, runs, now):
    bus = vehicle_of(line)
    drive(runs[0], bus, at=now["at"])
    tell(bus, 30.03, at=now["at"] - timedelta(seconds=91))

    assert list(told(line.region, "vehicle-positions").entity) == []
    assert list(told(line.region, "trip-updates").entity) == []


def test_a_vehicle_without_a_run_is_no_ghost(line, runs, now):
    bus = vehicle_of(line)
    tell(bus, 30.03, at=now["at"])
    drive(runs[3], bus, at=now["at"])

    assert list(told(line.region, "vehicle-positions").entity) == []


def test_how_late_a_vehicle_is_holds_for_the_stops_to_come(line, runs, now):
    bus = vehicle_of(line)
    drive(runs[0], bus, at=now["at"])
    now["at"] += timedelta(minutes=5)
    tell(bus, 30.0 + APART / 2, at=now["at"])

    (entity,) = told(line.region, "trip-updates").entity

    update = entity.trip_update
    assert update.trip.schedule_relationship == rt.TripDescriptor.SCHEDULED
    assert update.vehicle.license_plate == bus.plate
    assert [each.stop_sequence for each in update.stop_time_update] == [2, 3]
    assert [each.arrival.delay for each in update.stop_time_update] == [300, 300]
    middle, last = update.stop_time_update
    departs = int(runs[0].departs_at.timestamp())
    assert (middle.arrival.time, middle.departure.time) == (departs + 1500, departs + 1500)
    assert last.arrival.time == departs + 2700
    assert not last.HasField("departure")


def test_a_cancelled_run_is_cancelled_and_alerted_in_both_languages(line, runs, now):
    lines.cancel_run(run=runs[2], actor="user:1", at=now["at"])

    (entity,) = told(line.region, "trip-updates").entity
    (alert,) = told(line.region, "alerts").entity

    assert entity.trip_update.trip.trip_id == "o2"
    assert entity.trip_update.trip.schedule_relationship == rt.TripDescriptor.CANCELED
    assert alert.alert.effect == rt.Alert.NO_SERVICE
    assert [each.trip.trip_id for each in alert.alert.informed_entity] == ["o2"]
    words = {each.language: each.text for each in alert.alert.header_text.translation}
    assert set(words) == {"zh-Hans", "en"}
    assert "班线" in words["zh-Hans"]
    assert "不" in words["zh-Hans"]
    assert words["en"] == "Line: the departure of 2026-10-14 10:00 does not take place"


def test_an_announced_delay_is_told_until_a_vehicle_tells_better(line, runs, now):
    Run.objects.filter(pk=runs[0].pk).update(delay_s=600)

    (entity,) = told(line.region, "trip-updates").entity
    assert [each.arrival.delay for each in entity.trip_update.stop_time_update] == [600] * 3
    bus = vehicle_of(line)
    drive(runs[0], bus, at=now["at"])
    tell(bus, 30.0 + APART / 2, at=now["at"])
    (entity,) = told(line.region, "trip-updates").entity

    assert [each.arrival.delay for each in entity.trip_update.stop_time_update] == [0, 0]


def test_a_relief_vehicle_is_a_trip_beside_those_of_the_timetable(line, runs, now):
    Run.objects.filter(pk=runs[1].pk).update(vehicles=2)

    (entity,) = told(line.region, "trip-updates").entity

    trip = entity.trip_update.trip
    assert trip.schedule_relationship == rt.TripDescriptor.ADDED
    assert trip.trip_id not in {each.trip_id for each in exported(line.region).trips}
    assert (trip.route_id, trip.start_date, trip.start_time) == ("t01", "20261014", "09:00:00")
    assert [each.arrival.delay for each in entity.trip_update.stop_time_update] == [0, 0, 0]


def test_two_vehicles_of_a_run_are_told_apart(line, runs, now):
    Run.objects.filter(pk=runs[0].pk).update(vehicles=2)
    for number, plate in enumerate(("皖J1AAAA", "皖J2BBBB")):
        bus = vehicle_of(line, plate)
        drive(runs[0], bus, at=now["at"])
        tell(bus, 30.0 + APART / 2 + number / 1000, at=now["at"])

    updates = told(line.region, "trip-updates").entity
    vehicles = told(line.region, "vehicle-positions").entity

    assert len({each.trip_update.trip.trip_id for each in updates}) == 2
    assert {each.vehicle.trip.trip_id for each in vehicles} == {
        each.trip_update.trip.trip_id for each in updates
    }


def test_a_trip_by_headways_says_which_departure(line, runs, now):
    trip = runs[0].trip
    Headway.objects.create(trip=trip, first_s=8 * 3600, until_s=9 * 3600, every_s=1800)
    lines.create_runs(region=line.region, first=DAY, last=DAY)
    second = Run.objects.get(trip=trip, service_date=DAY, number=1)
    lines.cancel_run(run=second, actor="user:1", at=now["at"])

    (entity,) = told(line.region, "trip-updates").entity

    described = entity.trip_update.trip
    assert (described.trip_id, described.start_time) == ("o0", "08:30:00")
    assert "o0" in {each.trip_id for each in exported(line.region).frequencies}


def test_a_day_off_is_alerted_for_the_line(line, now):
    ServiceException.objects.create(
        line=line, date=DAY, service=ExceptionKind.REMOVED, reason_zh="大雪", reason_en="Snow"
    )

    (entity,) = told(line.region, "alerts").entity

    assert [each.route_id for each in entity.alert.informed_entity] == ["t01"]
    texts = {each.language: each.text for each in entity.alert.description_text.translation}
    assert texts == {"zh-Hans": "大雪", "en": "Snow"}
    (period,) = entity.alert.active_period
    assert period.end - period.start == 86_400


def test_what_is_shut_and_warned_of_where_vehicles_stop_is_alerted(line, now, monkeypatch):
    stop = line.patterns.get().stops.get(seq=1)
    shut = live.Line(line.region_id, stop.place_id, "closed by wind", is_shut=True)
    monkeypatch.setattr(live, "_providers", [lambda at: [shut]])
    PlaceWarning.objects.create(
        place=stop.place, radius_m=100, title_zh="雷暴", title_en="Storm", text_zh="请离开。",
        text_en="Leave.", affects_from=now["at"], affects_until=now["at"] + timedelta(hours=1),
        sent_at=now["at"], sent_by="user:1",
    )  # fmt: skip

    entities = told(line.region, "alerts").entity

    ids = {place.stop_id for place in exported(line.region).stops}
    assert len(entities) == 2
    for entity in entities:
        assert {each.stop_id for each in entity.alert.informed_entity} <= ids
        assert len(entity.alert.header_text.translation) == 2


def test_ids_of_an_imported_feed_are_the_feeds_own(monkeypatch):
    put(HARD["fares v1"])
    region = Region.objects.get(slug="valley")
    run = Run.objects.get(service_date=date(2026, 10, 1))
    monkeypatch.setattr(clock, "now", lambda: run.departs_at)
    lines.cancel_run(run=run, actor="user:1", at=run.departs_at)

    (entity,) = told(region, "trip-updates").entity

    feed, trip = exported(region), entity.trip_update.trip
    assert {each.trip_id: each.route_id for each in feed.trips}[trip.trip_id] == trip.route_id


@pytest.mark.parametrize("kind", KINDS)
def test_statements_do_not_grow_with_runs_and_vehicles(line, runs, now, kind):
    def cost() -> int:
        with CaptureQueriesContext(connection) as captured:
            told(line.region, kind)
        return len(captured)

    def fill(some: list[Run]) -> None:
        for run in some:
            Run.objects.filter(pk=run.pk).update(vehicles=2, departs_at=runs[0].departs_at)
            run.refresh_from_db()
            bus = vehicle_of(line, f"皖J{run.pk:05}")
            drive(run, bus, at=now["at"])
            tell(bus, 30.0 + APART / 2, at=now["at"])

    fill(runs[:1])
    lines.cancel_run(run=runs[5], actor="user:1", at=now["at"])
    few = cost()
    fill(runs[1:4])
    lines.cancel_run(run=runs[4], actor="user:1", at=now["at"])

    assert cost() == few <= 40


def test_it_is_asked_again_cheaply_and_can_be_read(line, runs, now):
    lines.cancel_run(run=runs[2], actor="user:1", at=now["at"])
    first = ask(line.region, "trip-updates")

    again = ask(line.region, "trip-updates", if_none_match=first["ETag"])
    since = ask(line.region, "trip-updates", if_modified_since=first["Last-Modified"])
    readable = Client().get(f"/gtfs-rt/{line.region.slug}/trip-updates.json")

    assert first["Content-Type"] == "application/x-protobuf"
    assert [again.status_code, since.status_code] == [304, 304]
    assert again.content == b""
    (entity,) = json.loads(readable.content)["entity"]
    assert entity["trip_update"]["trip"]["schedule_relationship"] == "CANCELED"


def test_a_feed_that_the_region_does_not_have_is_not_found(line, now):
    url = f"/gtfs-rt/{line.region.slug}/alerts.pb"

    assert Client().get(url, {"feed": "made-up"}).status_code == 404
    assert Client().get(url, {"feed": MAIN}).status_code == 200


@pytest.mark.parametrize(
    "path",
    ["nowhere/alerts.pb", "nowhere/alerts.json", "../alerts.pb", "x/else.pb", "x/alerts.xml"],
)
def test_what_there_is_not_is_not_found(path):
    assert Client().get(f"/gtfs-rt/{path}").status_code == 404


def test_a_validator_of_its_own_finds_no_error(line, runs, now, tmp_path):
    bus = vehicle_of(line)
    drive(runs[0], bus, at=now["at"])
    now["at"] += timedelta(minutes=3)
    tell(bus, 30.0 + APART / 2, at=now["at"], speed=11, course=1)
    Run.objects.filter(pk=runs[1].pk).update(vehicles=2)
    feed = tmp_path / "feed.zip"
    feed.write_bytes(written(exported(line.region)))
    lines.cancel_run(run=runs[2], actor="user:1", at=now["at"])
    files = []
    for role, kind in zip(("-vp", "-tu", "-sa"), KINDS, strict=True):
        path = tmp_path / f"{kind}.pb"
        path.write_bytes(ask(line.region, kind).content)
        files += [role, str(path)]

    at, out = now["at"].isoformat(), tmp_path / "out"
    validator.main(["-gtfs", str(feed), *files, "--at", at, "--out", str(out)])

    report = json.loads((out / "report.json").read_text())
    assert report["summary"]["messagesValidated"] == 3
    assert [each for each in report["notices"] if each["severity"] == "ERROR"] == []
