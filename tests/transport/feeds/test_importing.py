"""A feed goes into the tables as a whole, and a new version of it without losing what was sold."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from accounts.organisations.models import Organisation
from kernel.places.models import Place, Region
from tests.factories.kernel import RegionFactory
from tests.transport.feeds.gtfs.cases import HARD
from tests.transport.feeds.gtfs.zips import CALENDAR, GOOD, STOP_TIMES, read, zipped
from tests.transport.feeds.places import AT, put, put_zip, taken
from transport.feeds import operations as feeds
from transport.feeds.models import Feed, FeedStop
from transport.lines import queries
from transport.lines.models import (
    Pattern,
    Run,
    RunState,
    Service,
    ShuttleLine,
    TimetableTrip,
)

pytestmark = pytest.mark.django_db
FARES = HARD["fares v1"]
LATER = AT + timedelta(hours=1)
OTHER_TIME = {
    **FARES,
    "stop_times.txt": STOP_TIMES
    + "T1-1,09:00:00,09:00:00,north,1\nT1-1,10:10:00,10:15:00,town,2\n"
    + "T1-1,10:40:00,10:40:00,gate,3\n",
}


def states() -> dict[str, int]:
    counts: dict[str, int] = {}
    for state in Run.objects.values_list("state", flat=True):
        counts[state] = counts.get(state, 0) + 1
    return counts


def test_a_new_region_is_made_of_a_feed():
    put(HARD["agencies in two time zones"])

    region = Region.objects.get()
    assert (region.slug, region.name_zh, region.timezone, region.currency) == (
        "valley", "黄山全域", "Asia/Shanghai", "CNY",
    )  # fmt: skip
    assert (round(region.latitude, 1), round(region.longitude, 1)) == (30.0, 118.2)
    assert sorted(Organisation.objects.values_list("slug", "name_zh")) == [
        ("valley-qy", "黄山全域"), ("valley-xj", "Ürümqi Bus"),
    ]  # fmt: skip
    assert dict(ShuttleLine.objects.values_list("slug", "time_zone")) == {
        "t1": "", "x1": "Asia/Urumqi",
    }  # fmt: skip


def test_one_organisation_runs_all_when_it_is_said():
    put(HARD["agencies in two time zones"], organisation="valley-bus")

    assert set(ShuttleLine.objects.values_list("organisation__slug", flat=True)) == {"valley-bus"}


def test_an_organisation_of_another_region_is_refused():
    Organisation.objects.create(slug="theirs", name_zh="别家", region=RegionFactory())

    with pytest.raises(feeds.NotItsOrganisation):
        put(organisation="theirs")

    assert not Region.objects.filter(slug="valley").exists()
    assert not Feed.objects.exists()


def test_a_slug_that_another_region_has_is_left_alone():
    Organisation.objects.create(slug="valley-qy", name_zh="别家", region=RegionFactory())

    put()

    line = ShuttleLine.objects.select_related("organisation", "region").get()
    assert line.organisation.region == line.region


def test_stations_platforms_and_entrances_are_places():
    put(HARD["a station"])

    places = {place.slug: place for place in Place.objects.select_related("parent__parent")}
    assert {slug: place.kind for slug, place in places.items()} == {
        "hub": "station", "north": "stop", "town": "stop", "gate": "stop", "in": "entrance",
        "hall": "node", "door": "boarding_area",
    }  # fmt: skip
    assert places["door"].parent.parent == places["hub"]
    assert places["north"].platform == "1"
    assert places["hall"].latitude == 30.08


def test_fares_by_zones_make_a_line_bookable_and_runs_are_laid_out():
    done = put(FARES, seats=30)

    line = ShuttleLine.objects.get()
    pattern = Pattern.objects.get()
    assert (line.is_bookable, line.seats, line.kind) == (True, 30, "TOURIST")
    assert pattern.ride_fares_fen == [1_900, 1_900, 800]
    stops = queries.stops_of([pattern.pk])[pattern.pk]
    assert queries.fare_of(stops, 1, 2) == 800
    assert done.runs_made == Run.objects.count() == 31


def test_a_line_without_fares_is_shown_and_not_sold():
    put()

    assert not ShuttleLine.objects.get().is_bookable
    assert Run.objects.count() == 0


def test_days_past_midnight_and_blank_times_are_understood():
    put(HARD["past midnight"])

    trip = TimetableTrip.objects.get()
    stops = trip.pattern.stops.order_by("seq").values_list("arrives_s", "departs_s")
    assert trip.departs_s == (23 * 60 + 50) * 60
    assert list(stops) == [(0, 0), (4_800, 4_800)]


def test_the_same_version_again_changes_nothing():
    version = zipped(FARES)
    put_zip(version)
    Place.objects.filter(slug="town").update(name_zh="改过")
    before = Feed.objects.get().imported_at, Run.objects.count()
    version.seek(0)

    again = put_zip(version, at=LATER)

    assert again.is_same
    assert (Feed.objects.get().imported_at, Run.objects.count()) == before


def test_what_operators_edited_stays_in_a_new_version():
    put(FARES)
    Place.objects.filter(slug="town").update(name_zh="操作员改的名")
    Service.objects.get().dates.create(date=date(2026, 10, 5), kind="REMOVED")
    version = {**FARES, "calendar.txt": CALENDAR + "DAILY,1,1,1,1,1,1,1,20260101,20281231\n"}

    put(version, at=LATER)

    assert Place.objects.get(slug="town").name_zh == "操作员改的名"
    assert Service.objects.get().dates.count() == 1
    assert Service.objects.get().last_date == date(2028, 12, 31)


@pytest.mark.parametrize("case", HARD)
def test_a_new_version_comes_out_as_it_went_in_whatever_was_there_before(case):
    put(FARES)
    put(HARD[case], at=LATER)

    assert taken(at=LATER) == read(HARD[case])


def test_a_trip_that_is_gone_ends_and_what_comes_back_is_another_one():
    put(FARES)
    trips = {
        "trips.txt": "route_id,service_id,trip_id\nT1,DAILY,T1-9\n",
        "stop_times.txt": GOOD["stop_times.txt"].replace("T1-1", "T1-9"),
    }

    put({**FARES, **trips}, at=LATER)
    gone = TimetableTrip.objects.get(slug="T1-1")
    assert gone.valid_until == date(2026, 9, 20)
    assert set(Run.objects.values_list("trip__slug", flat=True)) == {"T1-9"}

    put({**FARES, "agency.txt": GOOD["agency.txt"] + "\n"}, at=LATER)
    assert TimetableTrip.objects.filter(valid_until=None).get().pk != gone.pk
    assert TimetableTrip.objects.count() == 3


def test_a_departure_an_hour_later_is_another_trip_and_unsold_runs_follow_it():
    put(FARES)

    put(OTHER_TIME, at=LATER)

    assert set(Run.objects.values_list("trip__departs_s", flat=True)) == {9 * 3600}
    assert states() == {RunState.SCHEDULED: 31}


def test_what_no_rider_feels_keeps_the_runs():
    put(FARES)
    before = set(Run.objects.values_list("pk", flat=True))
    headsign = {"trips.txt": "route_id,service_id,trip_id,trip_headsign\nT1,DAILY,T1-1,慈光阁\n"}

    put({**FARES, **headsign}, at=LATER)

    assert TimetableTrip.objects.count() == 1
    assert set(Run.objects.values_list("pk", flat=True)) == before
    assert set(Run.objects.values_list("pattern__headsign_zh", flat=True)) == {"慈光阁"}
    assert Pattern.objects.count() == 1


def test_stops_that_are_gone_are_known_again():
    put(FARES)
    place = Place.objects.get(slug="town")
    without = {
        "stops.txt": "".join(
            row for row in str(FARES["stops.txt"]).splitlines(keepends=True) if "town" not in row
        ),
        "stop_times.txt": STOP_TIMES
        + "T1-1,08:00:00,08:00:00,north,1\nT1-1,09:40:00,09:40:00,gate,3\n",
    }

    put({**FARES, **without}, at=LATER)
    assert not FeedStop.objects.get(gtfs_id="town").is_current
    put(OTHER_TIME, at=LATER)

    assert FeedStop.objects.get(gtfs_id="town").place == place


def test_names_that_are_taken_are_not_taken_over():
    region = RegionFactory(slug="valley")
    theirs = Place.objects.create(
        region=region, slug="town", name_zh="别处", kind="stop", latitude=1, longitude=1
    )

    put()

    assert FeedStop.objects.get(gtfs_id="town").place != theirs
    theirs.refresh_from_db()
    assert theirs.name_zh == "别处"
