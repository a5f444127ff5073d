"""An export is written from the tables: what operators have changed is in it, and nothing else is."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import gtfs_guru
import pytest
from django.conf import settings

from kernel.places import loading
from kernel.places.models import Place
from tests.transport.feeds.gtfs.cases import HARD
from tests.transport.feeds.gtfs.zips import written
from tests.transport.feeds.places import AT, put, taken
from transport.feeds.gtfs import Feed
from transport.feeds.gtfs.feed import tables
from transport.feeds.gtfs.rows.about import Translation
from transport.feeds.gtfs.rows.service import CalendarDate
from transport.lines import operations as lines
from transport.lines.models import (
    ExceptionKind,
    Headway,
    Pattern,
    PatternStop,
    Run,
    Service,
    ShuttleLine,
    TimetableTrip,
)

pytestmark = pytest.mark.django_db
HUANGSHAN = settings.BASE_DIR / "config" / "regions" / "huangshan"
FARES = HARD["fares v1"]


def differences(came: Feed, went: Feed) -> dict[str, tuple[list[object], list[object]]]:
    """By table, the rows that are only in the first and those that are only in the second."""
    found = {}
    for table in tables():
        more = [row for row in came.rows(table) if row not in went.rows(table)]
        less = [row for row in went.rows(table) if row not in came.rows(table)]
        if more or less:
            found[table] = (more, less)
    return found


def test_a_new_name_is_in_the_export():
    put()
    before = taken()
    Place.objects.filter(slug="town").update(name_zh="汤口新站", name_en="Tangkou New")

    stop = next(row for row in before.stops if row.stop_id == "town")
    assert differences(taken(), before) == {
        "stops": ([replace(stop, stop_name="汤口新站")], [stop]),
        "translations": (
            [Translation("stops", "stop_name", "en", "Tangkou New", record_id="town")], [],
        ),
    }  # fmt: skip


def test_a_new_name_in_another_language_takes_the_place_of_the_old_translation():
    put(HARD["another language"])
    before = taken()
    Place.objects.filter(slug="north").update(name_en="North Station")

    old = next(row for row in before.translations if row.translation == "Huangshan North")
    assert differences(taken(), before) == {
        "translations": ([replace(old, translation="North Station")], [old])
    }


def test_a_name_of_an_english_feed_is_renamed_by_either_name():
    english = {"stops.txt": "stop_id,stop_name,stop_lat,stop_lon\nnorth,North,29.8,118.2\n"
               "town,Town,30.08,118.18\ngate,Gate,30.1,118.16\n"}  # fmt: skip
    put(english)
    Place.objects.filter(slug="north").update(name_zh="North Station")
    Place.objects.filter(slug="town").update(name_en="Old Town")
    Place.objects.filter(slug="gate").update(name_zh="慈光阁")

    feed = taken()

    assert {row.stop_id: row.stop_name for row in feed.stops} == {
        "north": "North Station", "town": "Old Town", "gate": "Gate",
    }  # fmt: skip
    assert ("gate", "zh-Hans", "慈光阁") in {
        (row.record_id, row.language, row.translation) for row in feed.translations
    }


def test_a_moved_place_and_another_platform_are_in_the_export():
    put(HARD["a station"])
    before = taken()
    Place.objects.filter(slug="north").update(latitude=30.09, platform="3", parent=None)

    stop = next(row for row in before.stops if row.stop_id == "north")
    moved = replace(stop, stop_lat=30.09, platform_code="3", parent_station=None, stop_access=None)
    assert differences(taken(), before)["stops"] == ([moved], [stop])


def test_a_cancelled_run_is_an_exception_of_a_service_of_its_own():
    put(FARES)
    before = taken()
    run = Run.objects.get(service_date=date(2026, 10, 1))
    lines.cancel_run(run=run, actor="test", at=AT)

    feed = taken()

    (trip,) = feed.trips
    assert trip.service_id != "DAILY"
    assert [row for row in feed.calendar_dates if row.service_id == trip.service_id] == [
        CalendarDate(trip.service_id, date(2026, 10, 1), 2)
    ]
    week = next(row for row in feed.calendar if row.service_id == trip.service_id)
    assert replace(week, service_id="DAILY") == before.calendar[0]
    assert before.calendar[0] in feed.calendar


def test_a_cancelled_run_that_is_restored_leaves_no_trace():
    put(FARES)
    before = taken()
    run = Run.objects.get(service_date=date(2026, 10, 1))
    lines.cancel_run(run=run, actor="test", at=AT)
    lines.restore_run(run=run, actor="test", at=AT)

    assert taken() == before


def test_a_moved_time_is_in_the_export():
    put()
    TimetableTrip.objects.update(departs_s=8 * 3600 + 300)

    assert [(row.arrival_time, row.departure_time) for row in taken().stop_times] == [
        (29_100, 29_100), (33_300, 33_600), (35_100, 35_100),
    ]  # fmt: skip


def test_a_moved_stop_time_leaves_the_others_where_they_are():
    put(HARD["blank times between timepoints"])
    PatternStop.objects.filter(seq=3).update(arrives_s=7200, departs_s=7200)

    assert [row.arrival_time for row in taken().stop_times] == [28_800, 31_800, 36_000]


def test_a_trip_in_place_of_an_ended_one_is_in_the_export():
    put()
    old = TimetableTrip.objects.get()
    TimetableTrip.objects.update(valid_until=date(2026, 9, 20))
    TimetableTrip.objects.create(
        line=old.line, pattern=old.pattern, service=old.service, slug="later", departs_s=36_000
    )

    feed = taken()

    assert [(row.trip_id, row.service_id) for row in feed.trips] == [("later", "DAILY")]
    assert feed.stop_times[0].departure_time == 36_000


def test_days_of_a_service_that_were_edited_are_in_the_export():
    put(HARD["holidays"])
    before = taken()
    service = Service.objects.get(slug="valley/main/DAILY")
    Service.objects.filter(pk=service.pk).update(weekdays="123")
    service.dates.create(date=date(2026, 10, 2), kind=ExceptionKind.ADDED)

    week = next(row for row in before.calendar if row.service_id == "DAILY")
    assert differences(taken(), before) == {
        "calendar": ([replace(week, thursday=0, friday=0)], [week]),
        "calendar_dates": ([CalendarDate("DAILY", date(2026, 10, 2), 1)], []),
    }


def test_another_headway_is_in_the_export():
    put(HARD["frequencies"])
    Headway.objects.filter(first_s=6 * 3600).update(every_s=300)

    rows = {row.start_time: row for row in taken().frequencies}

    assert rows[6 * 3600].headway_secs == 300
    assert len(rows) == 3


def test_another_colour_number_and_operator_are_in_the_export():
    put()
    before = taken()
    ShuttleLine.objects.update(colour="112233", short_name="T9", name_zh="进山专线")

    (route,) = before.routes
    assert differences(taken(), before)["routes"] == (
        [replace(route, route_short_name="T9", route_color="112233", route_long_name="进山专线")],
        [route],
    )


def test_another_fare_is_in_the_export():
    put(FARES)
    assert Pattern.objects.get().ride_fares_fen == [1_900, 1_900, 800]
    Pattern.objects.update(ride_fares_fen=[2_500, 2_500, 800])

    feed = taken()

    price = {row.fare_id: row.price for row in feed.fare_attributes}
    assert {
        (row.origin_id, row.destination_id): price[row.fare_id]
        for row in feed.fare_rules
        if row.route_id == "T1"
    } == {("A", "B"): 25, ("B", "B"): 8}


def test_three_changes_of_a_region_that_no_feed_has_brought(tmp_path):
    region = loading.load("huangshan", path=HUANGSHAN, days=2, at=AT).region
    before = taken("huangshan")
    Place.objects.filter(region=region, slug="yungusi").update(name_zh="云谷寺新站")
    run = Run.objects.filter(line__slug="t01", service_date=date(2026, 9, 21)).first()
    lines.cancel_run(run=run, actor="test", at=AT)
    TimetableTrip.objects.filter(line__slug="s02", slug="S02-O-001").update(departs_s=7 * 3600)

    feed = taken("huangshan")

    assert "云谷寺新站" in {row.stop_name for row in feed.stops}
    trip = next(row for row in feed.trips if row.trip_id == run.trip.slug)
    was = next(row for row in before.trips if row.trip_id == run.trip.slug)
    days = {row.date for row in feed.calendar_dates if row.service_id == trip.service_id}
    assert days == {date(2026, 9, 21)}
    assert was.service_id != trip.service_id
    first = min(row.departure_time for row in feed.stop_times if row.trip_id == "S02-O-001")
    assert first == 7 * 3600
    path = tmp_path / "feed.zip"
    path.write_bytes(written(feed))
    assert gtfs_guru.validate(str(path), date="2026-09-20").errors() == []
