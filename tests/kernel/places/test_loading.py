"""Reading a region's folder: every bad cell is named, nothing is half loaded, hands are respected."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.utils import translation

from kernel.places import loading
from kernel.places.loading import Folder, Problem, Row
from kernel.places.models import Place, Region

AT = datetime(2026, 9, 20, 2, 0, tzinfo=UTC)
YUNLING = Path(__file__).parents[2] / "data" / "regions" / "yunling"


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


def row(folder: Folder | None = None, **cells: str) -> Row:
    return Row(folder or Folder(Path("/nowhere")), "some.csv", 7, cells)


def reasons(read: Row) -> list[tuple[str, str]]:
    return [(problem.column, problem.reason) for problem in read.folder.problems]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the small region, to be spoiled."""
    return Path(shutil.copytree(YUNLING, tmp_path / "yunling"))


def spoil(folder: Path, file: str, old: str, new: str) -> None:
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def problems(folder: Path) -> list[Problem]:
    with pytest.raises(loading.BadRegionData) as refused:
        loading.load("yunling", path=folder, days=3, at=AT)
    return list(refused.value.problems)


@pytest.mark.parametrize(
    ("method", "cell", "options", "value"),
    [
        ("text", "云岭", {}, "云岭"),
        ("slug", "lotus-peak", {}, "lotus-peak"),
        ("code", "S01_a", {}, "S01_a"),
        ("whole", "42", {"most": 50}, 42),
        ("fen", "19.5", {}, 1_950),
        ("day", "2026-10-01", {}, date(2026, 10, 1)),
        ("flag", "1", {}, True),
        ("choice", "low", {"choices": ("low", "high")}, "low"),
    ],
)
def test_a_cell_is_read_as_its_type(method, cell, options, value):
    read = row(cell=cell)

    assert getattr(read, method)("cell", **options) == value
    assert (read.is_good, reasons(read)) == (True, [])


@pytest.mark.parametrize(
    ("method", "cell", "options"),
    [
        ("text", "", {}),
        ("text", "x" * 201, {}),
        ("text", "a\x00b", {}),
        ("slug", "Lotus Peak", {}),
        ("slug", "../etc", {}),
        ("whole", "1.5", {}),
        ("whole", "1e9", {}),
        ("whole", "٣", {}),
        ("whole", "51", {"most": 50}),
        ("whole", "-1", {}),
        ("decimal", "NaN", {"least": 0, "most": 9}),
        ("decimal", "91", {"least": -90, "most": 90}),
        ("fen", "-1", {}),
        ("fen", "1.234", {}),
        ("fen", "1000000", {}),
        ("day", "2026-02-30", {}),
        ("day", "20260201", {}),
        ("clock", "24:00", {}),
        ("clock", "7:30", {}),
        ("flag", "yes", {}),
        ("choice", "LOW", {"choices": ("low", "high")}),
        ("ref", "nobody", {"kind": "place"}),
    ],
)
def test_a_bad_cell_is_noted_with_its_place_and_the_row_is_not_good(method, cell, options):
    read = row(cell=cell)

    getattr(read, method)("cell", **options)

    assert read.is_good is False
    [problem] = read.folder.problems
    assert (problem.file, problem.line, problem.column) == ("some.csv", 7, "cell")
    assert problem.reason


def test_a_name_that_is_defined_twice_says_where_it_was_first():
    folder = Folder(Path("/nowhere"))
    Row(folder, "a.csv", 2, {"id": "x"}).define("place", "id", "x")

    Row(folder, "b.csv", 9, {"id": "x"}).define("place", "id", "x")

    assert "a.csv:2" in folder.problems[0].reason


def test_a_problem_reads_as_a_sentence_with_its_place():
    assert str(Problem("a.csv", 3, "fare", "is empty")) == "a.csv, line 3, column fare: is empty"
    assert str(Problem("a.csv", 0, "", "cannot be read")) == "a.csv: cannot be read"


@pytest.mark.django_db
def test_a_region_loads_and_loading_again_changes_nothing():
    first = loading.load("yunling", path=YUNLING, days=5, at=AT)
    second = loading.load("yunling", path=YUNLING, days=5, at=AT)

    region = Region.objects.get(slug="yunling")
    assert (region.timezone, region.horizon_days) == ("Asia/Urumqi", 60)
    assert Place.objects.filter(region=region).count() == 5
    assert first.days_made > 0
    assert second.days_made == 0
    assert {(tally.added, tally.changed, tally.kept) for tally in second.tallies} == {(0, 0, 0)}


@pytest.mark.django_db
def test_all_bad_rows_are_listed_and_nothing_is_written(folder):
    spoil(folder, "places.csv", "43.8000", "143.8")
    spoil(folder, "places.csv", "lotus-bus,", "Lotus Bus,")
    spoil(folder, "scenic_areas.csv", ",120,", ",-120,")
    spoil(folder, "gates.csv", ",lotus-peak,invented", ",nowhere,invented")
    spoil(folder, "concession_rules.csv", "0.50", "1.5")

    found = [(p.file, p.line, p.column) for p in problems(folder)]

    assert ("places.csv", 2, "lat") in found
    assert ("places.csv", 3, "id") in found
    assert ("scenic_areas.csv", 2, "ticket_adult_peak") in found
    assert ("gates.csv", 2, "place_id") in found
    assert ("concession_rules.csv", 4, "price_factor") in found
    assert not Region.objects.exists()
    assert not Place.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("file", "old", "new", "column"),
    [
        ("region.json", '"Asia/Urumqi"', '"Mars/Olympus"', "timezone"),
        ("region.json", '"CNY"', '"JPY"', "currency"),
        ("region.json", '"CNY"', '"KWD"', "currency"),
        ("region.json", '"yunling"', '"other"', "slug"),
        ("region.json", "43.85", '"43.85"', "latitude"),
        ("region.json", "60", "true", "horizon_days"),
        ("region.json", "500", "5000", "tickets"),
        ("region.json", '"map_attribution"', '"map"', "map_attribution"),
        ("places.csv", "coord_error_m", "coord_eror", "coord_error_m"),
        ("places.csv", "coord_error_m", "coord_eror", "coord_eror"),
        ("places.csv", "43.8800,88.1200", "43.8800", ""),
        ("places.csv", "云岭站", '"云岭站', ""),
        ("scenic_areas.csv", "08:00-18:00", "18:00-08:00", "open_hours_peak"),
        ("scenic_areas.csv", "5-10", "5-13", "peak_months"),
        ("scenic_areas.csv", "ice-canyon,", "old-village,", "id"),
        ("scenic_areas.csv", ",lotus-peak,yunling-parks", ",volcano,yunling-parks", "part_of"),
        ("scenic_areas.csv", "120,75,60,38", "120,75,61,38", "ticket_concession_peak"),
        ("entry_profiles.csv", "08:00,12:00", "12:00,08:00", "ends"),
        ("refund_rules.csv", "48:1000", "48:1001", "ladder"),
        ("concession_rules.csv", "*,adult", "*,grown_up", "code"),
        ("counties.geojson", "88.3, 43.7", "288.3, 43.7", "features[0]"),
        ("counties.geojson", "]]]}}]}", "", ""),
    ],
)
def test_every_kind_of_slip_is_found(folder, file, old, new, column):
    spoil(folder, file, old, new)

    found = problems(folder)

    assert (file, column) in [(p.file, p.column) for p in found]


@pytest.mark.django_db
def test_a_missing_file_is_a_problem(folder):
    (folder / "scenic_areas.csv").unlink()

    assert ("scenic_areas.csv", 0) in [(p.file, p.line) for p in problems(folder)]


@pytest.mark.django_db
def test_a_byte_order_mark_is_allowed_and_other_encodings_are_not(folder):
    path = folder / "places.csv"
    text = path.read_text(encoding="utf-8")
    path.write_text(text, encoding="utf-8-sig")
    loading.load("yunling", path=folder, days=1, at=AT)

    path.write_bytes(text.encode("gbk"))

    [problem] = [p for p in problems(folder) if p.file == "places.csv"]
    assert (problem.line, problem.reason) == (2, "is not UTF-8 text")


@pytest.mark.django_db
def test_a_quoted_cell_over_two_lines_does_not_shift_the_line_numbers(folder):
    spoil(folder, "places.csv", "Yunling Station", '"Yunling\nStation"')
    spoil(folder, "places.csv", "43.8800", "143")

    assert ("places.csv", 4, "lat") in [(p.file, p.line, p.column) for p in problems(folder)]


@pytest.mark.django_db
def test_a_changed_file_changes_rows_that_nobody_touched(folder):
    loading.load("yunling", path=folder, days=1, at=AT)
    spoil(folder, "places.csv", "Yunling Station", "Yunling Central")

    loaded = loading.load("yunling", path=folder, days=1, at=AT)

    assert Place.objects.get(slug="station").name_en == "Yunling Central"
    assert sum(tally.changed for tally in loaded.tallies) == 1


@pytest.mark.django_db
def test_rows_that_an_operator_edited_or_confirmed_stay_as_they_are(folder):
    loading.load("yunling", path=folder, days=1, at=AT)
    Place.objects.filter(slug="station").update(name_en="Edited by hand")
    Place.objects.filter(slug="lotus-bus").update(confirmed_at=AT)
    spoil(folder, "places.csv", "Yunling Station", "From the file")
    spoil(folder, "places.csv", "Lotus Peak Parking", "From the file")

    loaded = loading.load("yunling", path=folder, days=1, at=AT)

    names = dict(Place.objects.values_list("slug", "name_en"))
    assert (names["station"], names["lotus-bus"]) == ("Edited by hand", "Lotus Peak Parking")
    assert next(tally.kept for tally in loaded.tallies) == 2


def test_a_loader_registers_once():
    with pytest.raises(ValueError, match="places"):
        loading.register(10, loading.PlacesLoader())
