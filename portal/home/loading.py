"""The loader of the map: a region's own GeoJSON files, simplified once into paths.

Files, all optional: counties.geojson (areas with their names), water.geojson (lakes and rivers),
rail_odbl.geojson (lines derived from OpenStreetMap, in a file of their own).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext as _

from kernel.places.loading import Folder, RegionFacts, Tally, merge
from kernel.places.models import Region
from portal.home import geo
from portal.home.models import RegionMap

FILES = (("counties.geojson", "area"), ("water.geojson", "water"), ("rail_odbl.geojson", "line"))


@dataclass(frozen=True, slots=True)
class Shape:
    """One feature of a file: what it is, its name as written there, its lines in degrees."""

    kind: str
    is_closed: bool
    name: str
    label: geo.Point | None
    lines: list[list[geo.Point]]


class MapLoader:
    """Draws the region's map when it is loaded."""

    name = "map"

    def check(self, folder: Folder, facts: RegionFacts) -> dict[str, Any] | None:
        shapes = [shape for file, kind in FILES for shape in _shapes(folder, file, kind)]
        attribution = facts.extra.get("map_attribution")
        if shapes and not _is_words(attribution):
            folder.note(
                file="region.json",
                line=0,
                column="map_attribution",
                reason=_("must name the sources of the map in both languages: zh, en"),
            )
            return None
        return _drawing(shapes, facts.extra) if shapes else None

    def write(
        self, parsed: Mapping[str, Any] | None, *, region: Region, at: datetime
    ) -> Sequence[Tally]:
        if parsed is None:
            return []
        return [
            merge(
                RegionMap.objects.filter(region=region),
                key=("region_id",),
                rows=[{"region_id": region.pk, **parsed}],
            )
        ]

    def extend(self, *, region: Region, until: date, at: datetime) -> int:
        return 0

    def horizon(self, *, region: Region) -> date | None:
        return None


def _is_words(value: Any) -> bool:
    return isinstance(value, dict) and all(
        isinstance(value.get(code), str) and 0 < len(value[code]) <= 300 for code in ("zh", "en")
    )


def _shapes(folder: Folder, file: str, kind: str) -> list[Shape]:
    if not folder.has(file):
        return []
    value = folder.json(file)
    features = value.get("features") if isinstance(value, dict) else None
    if not isinstance(features, list):
        if value is not None:
            folder.note(file=file, line=1, column="features", reason=_("is not a list"))
        return []
    shapes = []
    for number, feature in enumerate(features):
        try:
            shapes.append(_shape(feature, kind))
        except ValueError as error:
            folder.note(file=file, line=1, column=f"features[{number}]", reason=str(error))
    return shapes


def _shape(feature: Any, kind: str) -> Shape:
    if not isinstance(feature, dict):
        raise ValueError(_("is not a feature"))
    properties = feature.get("properties")
    properties = properties if isinstance(properties, dict) else {}
    geometry: Any = feature.get("geometry")
    lines = geo.lines_of(geometry)
    return Shape(
        kind=kind,
        is_closed="Polygon" in geometry["type"],
        name=str(properties.get("name", ""))[:60],
        label=geo.centre_of(max(lines, key=len)) if kind == "area" else None,
        lines=lines,
    )


def _drawing(shapes: Sequence[Shape], extra: Mapping[str, Any]) -> dict[str, Any]:
    ground = [shape for shape in shapes if shape.kind == "area"] or list(shapes)
    project, height = geo.fit(p for shape in ground for line in shape.lines for p in line)
    names = extra.get("counties")
    return {
        "west": project.west,
        "north": project.north,
        "x_scale": project.x_scale,
        "y_scale": project.y_scale,
        "width": geo.WIDTH,
        "height": height,
        "layers": [_layer(s, project, names if isinstance(names, dict) else {}) for s in shapes],
        "attribution_zh": extra["map_attribution"]["zh"],
        "attribution_en": extra["map_attribution"]["en"],
    }


def _layer(shape: Shape, project: geo.Projection, names: Mapping[str, Any]) -> dict[str, Any]:
    lines = [[project(*point) for point in line] for line in shape.lines]
    x, y = project(*shape.label) if shape.label else (None, None)
    return {
        "kind": "river" if shape.kind == "water" and not shape.is_closed else shape.kind,
        "name_zh": shape.name,
        "name_en": str(names.get(shape.name, ""))[:60],
        "d": geo.path(lines, closed=shape.is_closed),
        "x": x,
        "y": y,
    }
