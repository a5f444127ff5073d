"""The files of a region's lines: the real ones load, every slip is named."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from django.conf import settings

from kernel.places import loading
from tests.transport.lines.conftest import AT
from transport.lines.models import Connection, PatternStop, Run, ShuttleLine, TimetableTrip

pytestmark = pytest.mark.django_db
HUANGSHAN = settings.BASE_DIR / "config" / "regions" / "huangshan"
YUNLING = Path(__file__).parents[2] / "data" / "regions" / "yunling"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(YUNLING, tmp_path / "yunling"))


def spoil(folder: Path, file: str, old: str, new: str) -> None:
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")


def problems(folder: Path) -> list[tuple[str, int, str]]:
    with pytest.raises(loading.BadRegionData) as refused:
        loading.load("yunling", path=folder, days=3, at=AT)
    assert ShuttleLine.objects.count() == PatternStop.objects.count() == Run.objects.count() == 0
    return [(found.file, found.line, found.column) for found in refused.value.problems]


def test_the_lines_of_huangshan_load_with_runs_for_the_asked_days():
    loading.load("huangshan", path=HUANGSHAN, days=1, at=AT)

    line = ShuttleLine.objects.get(slug="t02")
    out = line.patterns.get(direction="OUT")
    fares = out.stops.order_by("seq").values_list("fare_fen", flat=True)
    assert (line.kind, line.seats, fares[0], fares.last()) == ("TOURIST", 45, 0, 2_000)
    assert line.is_sample
    assert TimetableTrip.objects.filter(pattern=out).count() > 30
    assert Run.objects.filter(line=line, service_date="2026-09-20").exists()
    assert not Run.objects.filter(line__is_bookable=False).exists()
    timed = Connection.objects.get(line__slug="t01", train_number="G3027")
    assert (timed.station, timed.arrives_s, timed.is_sample) == ("黄山北", 9 * 3600, True)


def test_loading_again_changes_nothing():
    loading.load("yunling", path=YUNLING, days=3, at=AT)
    before = [list(m.objects.order_by("pk").values()) for m in (ShuttleLine, PatternStop, Run)]

    loading.load("yunling", path=YUNLING, days=3, at=AT)

    assert [
        list(m.objects.order_by("pk").values()) for m in (ShuttleLine, PatternStop, Run)
    ] == before


@pytest.mark.parametrize(
    ("file", "old", "new", "where"),
    [
        ("shuttle_lines.csv", "yunling-bus", "nobody", (2, "operator")),
        ("shuttle_lines.csv", ",20,invented", ",0,invented", (2, "seats_per_vehicle")),
        ("shuttle_lines.csv", "240,all", "240,spring", (2, "season")),
        ("shuttle_stops.csv", "station", "nowhere", (2, "node_id")),
        ("shuttle_stops.csv", "Y01,out,2,lotus-bus,40", "Y01,out,2,lotus-bus,0", (3, "minute_offset")),
        ("shuttle_stops.csv", "Y01,out,1,station,0", "Y01,out,1,station,5", (2, "minute_offset")),
        ("shuttle_stops.csv", "Y01,out,2", "Y01,out,3", (3, "seq")),
        ("shuttle_departures.csv", "09:00", "37:00", (2, "departure")),
        ("shuttle_departures.csv", "Y01-B-001", "Y01-O-001", (3, "trip_no")),
        ("shuttle_departures.csv", "Y01,out", "Y99,out", (2, "line_id")),
        ("shuttle_seasons.csv", "all,1,12", "all,0,13", (2, "first_month")),
        ("shuttle_refund_rules.csv", "24:1000", "24:2000", (2, "ladder")),
    ],
)  # fmt: skip
def test_a_slip_is_named_with_its_place_and_nothing_is_written(folder, file, old, new, where):
    spoil(folder, file, old, new)

    assert (file, *where) in problems(folder)


def test_all_slips_of_all_files_are_named_at_once(folder):
    spoil(folder, "shuttle_lines.csv", "yunling-bus", "nobody")
    spoil(folder, "shuttle_stops.csv", "station", "nowhere")
    spoil(folder, "shuttle_departures.csv", "09:00", "nine")

    assert {file for file, _line, _column in problems(folder)} == {
        "shuttle_lines.csv",
        "shuttle_stops.csv",
        "shuttle_departures.csv",
    }
