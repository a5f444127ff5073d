"""The command ``load_region``: all of a folder or nothing of it, and nothing new the second time."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command

from kernel import clock

pytestmark = pytest.mark.django_db
AT = datetime(2026, 9, 20, 2, 0, tzinfo=UTC)
YUNLING = Path(__file__).parents[2] / "data" / "regions" / "yunling"

Rows = dict[str, list[dict[str, Any]]]


@pytest.fixture(autouse=True)
def noon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: AT)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(YUNLING, tmp_path / "yunling"))


def load(folder: Path, stderr: StringIO | None = None) -> None:
    call_command("load_region", "yunling", "--folder", str(folder), "--days", "2", stderr=stderr)


def all_rows() -> Rows:
    """Every row of every table, ``updated_at`` and the like included."""
    models = apps.get_models(include_auto_created=True)
    return {m._meta.label: list(m._base_manager.order_by("pk").values()) for m in models}


def spoil(folder: Path, file: str, old: str, new: str) -> None:
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text
    (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")


def test_a_second_load_changes_no_row_of_any_table(folder):
    load(folder)
    before = all_rows()

    load(folder)

    assert all_rows() == before
    assert before["transport_lines.Run"]
    assert before["tourism_tickets.Slot"]


@pytest.mark.parametrize("is_loaded", [False, True], ids=["new region", "region on sale"])
def test_a_bad_folder_names_every_slip_and_changes_no_row_of_any_table(folder, is_loaded):
    call_command("load_region", "huangshan", "--days", "1")
    if is_loaded:
        load(folder)
    before = all_rows()
    spoil(folder, "places.csv", "43.8000", "143.8")
    spoil(folder, "scenic_areas.csv", ",120,", ",-120,")
    spoil(folder, "gates.csv", ",lotus-peak,invented", ",nowhere,invented")
    spoil(folder, "shuttle_stops.csv", "Y01,out,1,station,0", "Y01,out,1,station,5")
    spoil(folder, "shuttle_departures.csv", "09:00", "nine")

    said = StringIO()
    with pytest.raises(CommandError):
        load(folder, stderr=said)

    slips = [line.partition(": ")[0] for line in said.getvalue().splitlines()]
    assert sorted(slips) == [
        "gates.csv, line 2, column place_id",
        "places.csv, line 2, column lat",
        "scenic_areas.csv, line 2, column ticket_adult_peak",
        "shuttle_departures.csv, line 2, column departure",
        "shuttle_stops.csv, line 2, column minute_offset",
    ]
    assert all_rows() == before
