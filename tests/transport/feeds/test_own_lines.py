"""A region that no feed has brought goes out as one: the lines of Huangshan's own files."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import gtfs_guru
import pytest
from django.conf import settings

from kernel.places import loading
from kernel.places.models import Place, Region
from tests.transport.feeds.gtfs.zips import written
from tests.transport.feeds.places import AT, put_zip, taken
from transport.feeds.gtfs.feed import tables
from transport.lines.models import ExceptionKind, ServiceException, ShuttleLine

pytestmark = pytest.mark.django_db
HUANGSHAN = settings.BASE_DIR / "config" / "regions" / "huangshan"
TODAY = date(2026, 9, 20)


@pytest.fixture
def huangshan() -> Region:
    return loading.load("huangshan", path=HUANGSHAN, days=1, at=AT).region


def test_the_lines_of_huangshan_go_out_and_come_in_as_they_were(huangshan, tmp_path: Path):
    went = taken("huangshan")
    path = tmp_path / "huangshan.zip"
    path.write_bytes(written(went))

    with path.open("rb") as source:
        put_zip(source, region="copy")
    came = taken("copy")

    assert {name: len(went.rows(name)) for name in ("routes", "trips", "stop_times")} == {
        "routes": 23, "trips": 1058, "stop_times": 4204,
    }  # fmt: skip
    for table in tables():
        assert came.sorted(table) == went.sorted(table), table
    result = gtfs_guru.validate(str(path), date="2026-09-20")
    assert [error.code for error in result.errors()] == []


def test_names_places_and_fares_are_those_of_the_region(huangshan):
    feed = taken("huangshan")

    stop = next(row for row in feed.stops if row.stop_id == "yungusi")
    line = next(row for row in feed.routes if row.route_id == "s01")
    english = {
        (row.table_name, row.record_id): row.translation
        for row in feed.translations
        if row.language == "en"
    }
    place = Place.objects.get(slug="yungusi")
    assert (stop.stop_name, english["stops", "yungusi"]) == (place.name_zh, place.name_en)
    assert 117 < stop.stop_lon < 119
    assert 29 < stop.stop_lat < 31
    assert line.route_short_name == "S01"
    prices = {row.fare_id: row.price for row in feed.fare_attributes}
    assert {prices[row.fare_id] for row in feed.fare_rules if row.route_id == "s01"} == {19}


def test_days_are_those_of_season_and_exceptions(huangshan):
    line = ShuttleLine.objects.get(slug="s01")
    ShuttleLine.objects.filter(pk=line.pk).update(first_month=3, last_month=9)
    ServiceException.objects.create(line=line, date=date(2026, 9, 22), reason_zh="雪")
    ServiceException.objects.create(
        line=line, date=date(2026, 10, 2), service=ExceptionKind.ADDED, reason_zh="节"
    )

    feed = taken("huangshan")

    name = {row.service_id for row in feed.trips if row.route_id == "s01"}.pop()
    weeks = {row.service_id: row for row in feed.calendar}
    removed = {row.date for row in feed.calendar_dates if row.service_id == name}
    first, last = weeks[name].start_date, weeks[name].end_date
    days = {first + timedelta(days=n) for n in range((last - first).days + 1)} - removed
    wanted = {TODAY + timedelta(days=n) for n in range(11)} - {date(2026, 9, 22)}
    assert days == wanted | {date(2026, 10, 2)}
