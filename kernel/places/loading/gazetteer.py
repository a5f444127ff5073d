"""The loader of places: stations, stops, gates, piers and everything else with a position.

Rows derived from OpenStreetMap live in a file of their own (``places_odbl.csv``), so that the ODbL
covers that file and nothing else.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from kernel.places.loading.folders import Folder, RegionFacts
from kernel.places.loading.merging import Tally, merge
from kernel.places.loading.sheets import Row
from kernel.places.models import Place, Region
from kernel.provenance import Confidence

FILES = ("places.csv", "places_odbl.csv")
COLUMNS = (
    "id",
    "name_zh",
    "name_en",
    "type",
    "lat",
    "lon",
    "coord_error_m",
    "source",
    "confidence",
)
OPTIONAL = ("county", "county_adcode", "coord_source", "note")


class PlacesLoader:
    """Reads places.csv and places_odbl.csv; others refer to their ids as ``place``."""

    name = "places"

    def check(self, folder: Folder, facts: RegionFacts) -> list[dict[str, Any]]:
        places = folder.sheet(FILES[0], _place, columns=COLUMNS, optional=OPTIONAL)
        return places + folder.sheet(
            FILES[1], _place, columns=COLUMNS, optional=OPTIONAL, required=False
        )

    def write(
        self, parsed: Sequence[Mapping[str, Any]], *, region: Region, at: datetime
    ) -> list[Tally]:
        return [put_places(parsed, region=region)]

    def extend(self, *, region: Region, until: date, at: datetime) -> int:
        return 0

    def horizon(self, *, region: Region) -> date | None:
        return None


def put_places(rows: Sequence[Mapping[str, Any]], *, region: Region) -> Tally:
    """Merge places (slug, names, kind, position, provenance) into the region's gazetteer."""
    return merge(
        Place.objects.filter(region=region),
        key=("slug",),
        rows=[{"region_id": region.pk, **row} for row in rows],
    )


def provenance(row: Row, confidence: str = "confidence") -> dict[str, str]:
    """The source and confidence columns of a row, as every sourced table keeps them."""
    words = [value.lower() for value in Confidence.values]
    return {
        "source": row.text("source", most=300),
        "confidence": row.choice(confidence, words).upper(),
    }


def position(row: Row) -> dict[str, Any]:
    """The lat, lon and coord_error_m columns: degrees (WGS 84) and metres."""
    return {
        "latitude": float(row.decimal("lat", least=-90, most=90)),
        "longitude": float(row.decimal("lon", least=-180, most=180)),
        "error_m": row.whole("coord_error_m", most=100_000),
    }


def _place(row: Row) -> dict[str, Any]:
    return {
        "slug": row.define("place", "id", row.slug("id")),
        "name_zh": row.text("name_zh", most=100),
        "name_en": row.text("name_en", most=100),
        "kind": row.code("type"),
        **position(row),
        **provenance(row),
    }
