"""The rows of a region's area files, read and judged one by one."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import time
from typing import Any

from django.utils.translation import gettext as _

from kernel.places.loading import Folder, Row, position, provenance
from kernel.provenance import Confidence
from tourism.areas.models import CableKind, Kind, Level

AREAS_FILE = "scenic_areas.csv"
AREA_COLUMNS = (
    *("id", "name_zh", "name_en", "level", "level_confidence", "group_zh", "group_en"),
    *("part_of", "operator", "lat", "lon", "coord_error_m", "coord_source", "coord_confidence"),
    *("ticket_adult_peak", "ticket_adult_off", "ticket_concession_peak"),
    *("ticket_concession_off", "currency", "peak_months", "open_hours_peak", "open_hours_off"),
    *("closed_weekdays", "max_daily_visitors", "entry_profile", "includes_zh", "includes_en"),
    *("excludes_zh", "excludes_en", "real_name_required", "type", "typical_stay_min"),
    *("price_confidence", "capacity_confidence", "description_zh", "description_en", "source"),
)
AREA_OPTIONAL = ("county", "county_adcode", "capacity_note")
_SOURCED = ("source", "confidence")
_CABLEWAY_COLUMNS = (
    *("id", "area_id", "name_zh", "name_en", "from_node", "to_node", "kind", "length_m", "rise_m"),
    *("capacity_per_hour_oneway", "ride_min", "price_adult_peak", "price_adult_off"),
    *("price_child_peak", "price_child_off", "hours_peak", "hours_off", *_SOURCED),
)
_MONTHS = re.compile(r"([1-9]|1[0-2])-([1-9]|1[0-2])", re.ASCII)
_WEEKDAYS = re.compile(r"[1-7]{0,7}", re.ASCII)

Hours = tuple[time, time] | None
Values = dict[str, Any]


@dataclass(frozen=True, slots=True)
class AreaRow:
    """One area with its place, operator and hours per season."""

    slug: str
    operator: str
    part_of: str
    place: Values
    values: Values
    peak: Hours
    off: Hours


@dataclass(frozen=True, slots=True)
class Parsed:
    """Everything this loader read."""

    operators: list[Values]
    areas: list[AreaRow]
    gates: list[Values]
    cableways: list[Values]


def read_all(folder: Folder) -> Parsed:
    """Everything the files say about areas, with every problem noted in the folder."""
    operators = folder.sheet(
        "operators.csv", _operator, columns=("id", "name_zh", "name_en", *_SOURCED)
    )
    areas = folder.sheet(AREAS_FILE, _area, columns=AREA_COLUMNS, optional=AREA_OPTIONAL)
    _check_parents(folder, areas)
    return Parsed(
        operators=operators,
        areas=areas,
        gates=folder.sheet(
            "gates.csv",
            _gate,
            columns=("area_id", "id", "name_zh", "name_en", "place_id", *_SOURCED),
        ),
        cableways=folder.sheet(
            "cableways.csv",
            _cableway,
            columns=_CABLEWAY_COLUMNS,
            optional=("note",),
            required=False,
        ),
    )


def read_months(row: Row, column: str) -> tuple[int, int]:
    """The "3-11" of a season: its first and last month."""
    found = _MONTHS.fullmatch(row.text(column, most=10))
    if not found:
        row.bad(column, _("must be months like 3-11"))
        return 1, 12
    return int(found[1]), int(found[2])


def read_hours(row: Row, column: str) -> Hours:
    """Opening hours like 06:30-17:30; None for "closed". 24:00 is midnight."""
    value = row.text(column, most=20)
    if value == "closed" or not value:
        return None
    opens, _dash, closes = value.partition("-")
    first = row.read_clock(column, opens)
    last = time(0) if closes == "24:00" else row.read_clock(column, closes)
    if row.is_good and last != time(0) and first >= last:
        row.bad(column, _("closes before it opens"))
    return first, last


def _operator(row: Row) -> Values:
    provenance(row)
    return {
        "slug": row.define("operator", "id", row.slug("id")),
        "name_zh": row.text("name_zh", most=100),
        "name_en": row.text("name_en", most=100),
    }


def _area(row: Row) -> AreaRow:
    slug = row.define("area", "id", row.slug("id"))
    row.define("place", "id", slug)
    first_month, last_month = read_months(row, "peak_months")
    weekdays = row.text("closed_weekdays", blank=True, most=7)
    if not _WEEKDAYS.fullmatch(weekdays):
        row.bad("closed_weekdays", _("must be numbers of weekdays, 1 to 7"))
    names = {"name_zh": row.text("name_zh", most=100), "name_en": row.text("name_en", most=100)}
    return AreaRow(
        slug=slug,
        operator=row.ref("operator", "operator"),
        part_of=row.slug("part_of", blank=True),
        place={
            "slug": slug,
            **names,
            "kind": "scenic_area",
            **position(row),
            "source": row.text("coord_source", most=300),
            "confidence": _confidence(row, "coord_confidence"),
        },
        values={
            "slug": slug,
            **names,
            "level": row.choice("level", Level.values, blank=True),
            "kind": row.choice("type", Kind.values),
            "group_zh": row.text("group_zh", most=100, blank=True),
            "group_en": row.text("group_en", most=100, blank=True),
            "description_zh": row.text("description_zh", most=1000, blank=True),
            "description_en": row.text("description_en", most=1000, blank=True),
            "stay_min": row.whole("typical_stay_min", least=1, most=3 * 24 * 60),
            "daily_cap": row.whole("max_daily_visitors", most=1_000_000),
            "peak_first_month": first_month,
            "peak_last_month": last_month,
            "closed_weekdays": weekdays,
            "real_name_required": row.flag("real_name_required"),
            "source": row.text("source", most=300),
            "confidence": _least(row, "level_confidence", "capacity_confidence"),
        },
        peak=read_hours(row, "open_hours_peak"),
        off=read_hours(row, "open_hours_off"),
    )


def _confidence(row: Row, column: str) -> str:
    return row.choice(column, [value.lower() for value in Confidence.values]).upper()


def _least(row: Row, *columns: str) -> str:
    """The lowest confidence of several columns: a row is as good as its weakest figure."""
    found = {_confidence(row, column) for column in columns}
    ladder = (Confidence.LOW, Confidence.MEDIUM, Confidence.HIGH)
    return next((level.value for level in ladder if level.value in found), "")


def _check_parents(folder: Folder, areas: Sequence[AreaRow]) -> None:
    """Whatever an area is part of must be an area here that is not part of another."""
    whole = {row.slug for row in areas if not row.part_of}
    for row in areas:
        if row.part_of and row.part_of not in whole:
            line = int(folder.names["area", row.slug].rpartition(":")[2])
            reason = _("“%(value)s” is not an area here that stands by itself")
            folder.note(
                file=AREAS_FILE, line=line, column="part_of", reason=reason % {"value": row.part_of}
            )


def _gate(row: Row) -> Values:
    area, slug = row.ref("area_id", "area"), row.slug("id")
    row.define("gate", "id", f"{area}/{slug}")
    return {
        "area": area,
        "slug": slug,
        "place": row.ref("place_id", "place"),
        "name_zh": row.text("name_zh", most=100),
        "name_en": row.text("name_en", most=100),
        **provenance(row),
    }


def _cableway(row: Row) -> Values:
    peak, off = read_hours(row, "hours_peak"), read_hours(row, "hours_off")
    return {
        "area": row.ref("area_id", "area"),
        "slug": row.define("cableway", "id", row.slug("id")),
        "from_place": row.ref("from_node", "place"),
        "to_place": row.ref("to_node", "place"),
        "name_zh": row.text("name_zh", most=100),
        "name_en": row.text("name_en", most=100),
        "kind": row.choice("kind", CableKind.values),
        "length_m": round(row.decimal("length_m", least=1, most=50_000)),
        "rise_m": round(row.decimal("rise_m", least=0, most=5_000)),
        "ride_min": row.whole("ride_min", least=1, most=240),
        "capacity_per_hour": row.whole("capacity_per_hour_oneway", most=20_000),
        "peak_adult_fen": row.fen("price_adult_peak"),
        "peak_child_fen": row.fen("price_child_peak"),
        "off_adult_fen": row.fen("price_adult_off"),
        "off_child_fen": row.fen("price_child_off"),
        "peak_opens": peak and peak[0],
        "peak_closes": peak and peak[1],
        "off_opens": off and off[0],
        "off_closes": off and off[1],
        **provenance(row),
    }
