"""Feeds that mean harm, or are odd: each is refused whole with its reason, or comes out as it went in."""

from __future__ import annotations

import io
import zipfile
from datetime import UTC, datetime

import pytest
from django.apps import apps

from tests.transport.feeds.gtfs.cases import HARD
from tests.transport.feeds.gtfs.zips import CALENDAR, GOOD, STOP_TIMES, read, zipped
from tests.transport.feeds.places import put, put_zip, taken
from transport.feeds import gtfs
from transport.lines.models import Run

pytestmark = pytest.mark.django_db
FARES = HARD["fares v1"]
LONG = "线" + "x" * 199
HOSTILE = {
    "text of another encoding": (
        {
            "stops.txt": GOOD["stops.txt"]
            .replace("汤口", "Gare d'Évian")
            .encode("cp1252", "replace")
        },
        "stops.txt, line 3: is not UTF-8 text",
    ),
    "a NUL in a name": (
        {"stops.txt": GOOD["stops.txt"].replace("汤口", "汤\0口")},
        "stops.txt, line 3, column stop_name: has control characters in it",
    ),
    "a NUL in an id": (
        {"routes.txt": GOOD["routes.txt"].replace("T1,QY", "T\x001,QY")},
        "routes.txt, line 2, column route_id: has control characters in it",
    ),
    "a column twice": (
        {"routes.txt": "route_id,route_type,route_id\nT1,3,T2\n"},
        "routes.txt, line 1, column route_id: this column is here twice",
    ),
    "a quote that never ends": (
        {"stops.txt": GOOD["stops.txt"] + 'x,"no end,30,118\n'},
        "stops.txt, line 5: is not CSV: unexpected end of data",
    ),
    "a header and nothing else": (
        {"trips.txt": "route_id,service_id,trip_id\n", "stop_times.txt": STOP_TIMES},
        "trips.txt: must have a row",
    ),
    "no day at all": (
        {"calendar.txt": CALENDAR + "DAILY,0,0,0,0,0,0,0,20260101,20271231\n"},
        "runs on any day",
    ),
    "an empty calendar": ({"calendar.txt": CALENDAR}, "calendar.txt"),
    "a time that no bus has": (
        {"stop_times.txt": GOOD["stop_times.txt"].replace("09:10:00", "99999999999:00:00")},
        "stop_times.txt, line 3, column arrival_time",
    ),
    "a number as long as a book": (
        {"stops.txt": GOOD["stops.txt"].replace("30.0843", "9" * 5000)},
        "stops.txt, line 3, column stop_lat",
    ),
    "a headway of no seconds": (
        {"frequencies.txt": "trip_id,start_time,end_time,headway_secs\nT1-1,06:00:00,9:00:00,0\n"},
        "frequencies.txt, line 2, column headway_secs",
    ),
    "a station inside itself": (
        {
            "stops.txt": "stop_id,stop_name,stop_lat,stop_lon,location_type,parent_station\n"
            "north,a,29.8,118.2,0,\ntown,b,30,118.1,0,\ngate,c,30.1,118.1,0,\nhub,d,30,118,1,hub\n"
        },
        "stops.txt, line 5, column parent_station",
    ),
}
ODD = {
    "ids of two hundred characters": {
        **FARES,
        "routes.txt": GOOD["routes.txt"].replace("T1,QY", f"{LONG},QY"),
        "trips.txt": f"route_id,service_id,trip_id\n{LONG},DAILY,{LONG}\n",
        "stop_times.txt": GOOD["stop_times.txt"].replace("T1-1", LONG),
        "fare_rules.txt": f"fare_id,route_id,origin_id,destination_id\nF19,{LONG},,\n",
        "fare_attributes.txt": "fare_id,price,currency_type,payment_method,transfers\nF19,19,CNY,0,0\n",
    },
    "names over several lines": {
        "stops.txt": GOOD["stops.txt"].replace("汤口", '"汤口\r\n""新""站, 东"'),
    },
    "exact and inexact headways": {
        **FARES,
        "frequencies.txt": (
            "trip_id,start_time,end_time,headway_secs,exact_times\n"
            "T1-1,06:00:00,09:00:00,600,1\nT1-1,22:00:00,26:00:00,1200,0\n"
        ),
    },
    "markup and formulas as names": {
        "stops.txt": GOOD["stops.txt"]
        .replace("汤口", "<script>alert(1)</script>")
        .replace("慈光阁", "=HYPERLINK(0)"),
    },
    "another zone, across midnight": {
        **FARES,
        "agency.txt": GOOD["agency.txt"].replace("Asia/Shanghai", "Europe/Berlin"),
        "stop_times.txt": STOP_TIMES
        + "T1-1,23:30:00,23:30:00,north,1\nT1-1,26:10:00,26:15:00,town,2\n"
        + "T1-1,27:40:00,27:40:00,gate,3\n",
    },
    "byte order marks and Windows line ends": {
        name: "\ufeff" + text.replace("\n", "\r\n") for name, text in GOOD.items()
    },
}


def rows() -> int:
    return sum(model._default_manager.count() for model in apps.get_models())


@pytest.mark.parametrize(("changes", "reason"), HOSTILE.values(), ids=HOSTILE)
def test_what_does_not_hold_is_refused_whole(changes, reason):
    before = rows()

    with pytest.raises(gtfs.BadFeed) as refused:
        put(changes)

    told = [str(fault) for fault in refused.value.report.faults]
    assert any(reason in each for each in told), told
    assert rows() == before


@pytest.mark.parametrize("changes", ODD.values(), ids=ODD)
def test_what_is_odd_goes_in_and_comes_out_the_same(changes):
    put(changes)

    assert taken() == read(changes)


@pytest.mark.parametrize(
    "name", ["../stops.txt", "/etc/stops.txt", "C:\\stops.txt", "a/../../stops.txt"]
)
def test_a_path_that_leads_out_writes_nothing(name, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    target = zipped()
    with zipfile.ZipFile(target, "a") as archive:
        archive.writestr(name, "stop_id\n")
    target.seek(0)
    before = rows()

    with pytest.raises(gtfs.BadFeed):
        put_zip(target)

    assert rows() == before
    assert not list(tmp_path.iterdir())


def test_a_bomb_is_refused_before_it_fills_the_memory():
    target = zipped()
    with (
        zipfile.ZipFile(target, "a", zipfile.ZIP_DEFLATED) as archive,
        archive.open("shapes.txt", "w", force_zip64=True) as bomb,
    ):
        for _each in range(700):
            bomb.write(bytes(1_000_000))
    target.seek(0)
    assert len(target.getvalue()) < 2_000_000

    with pytest.raises(gtfs.BadFeed) as refused:
        put_zip(target)

    [fault] = refused.value.report.faults
    assert str(fault) == "is more than 600000000 bytes when unpacked"


def test_a_zip_in_a_zip_is_not_looked_into():
    inner = io.BytesIO()
    with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("stops.txt", bytes(10_000_000))

    put({"more.zip": inner.getvalue()})

    assert taken() == read()


def test_a_night_bus_keeps_its_clock_when_the_clocks_change():
    """Leaving at 23:30 the evening before clocks go back, it passes 26:10, which is 1:10 of the new time."""
    changes = ODD["another zone, across midnight"]
    dates = "service_id,date,exception_type\nDAILY,20261024,1\n"

    put(
        {**changes, "calendar.txt": None, "calendar_dates.txt": dates},
        at=datetime(2026, 10, 20, tzinfo=UTC),
    )

    run = Run.objects.select_related("line__region").get()
    assert run.local_departure == "2026-10-24 23:30"
    assert run.departs_at == datetime(2026, 10, 24, 21, 30, tzinfo=UTC)
    stops = run.pattern.stops.order_by("seq").values_list("arrives_s", flat=True)
    assert list(stops) == [0, 9_600, 15_000]
