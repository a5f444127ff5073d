"""From degrees to paths: project, simplify, write. Pure; degrees are WGS 84.

A region is small: an equirectangular projection with the scale of its middle latitude is off by
less than a line's width.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import cos, hypot, radians
from typing import Any

Point = tuple[float, float]

WIDTH = 400
MARGIN = 8
TOLERANCE = 0.5
"""How far, in units of the drawing, a simplified outline may leave the true one."""


@dataclass(frozen=True, slots=True)
class Projection:
    """Degrees to units of the drawing, y downwards."""

    west: float
    north: float
    x_scale: float
    y_scale: float

    def __call__(self, longitude: float, latitude: float) -> Point:
        x = MARGIN + (longitude - self.west) * self.x_scale
        y = MARGIN + (self.north - latitude) * self.y_scale
        return round(x, 1), round(y, 1)


def fit(points: Iterable[Point]) -> tuple[Projection, int]:
    """The projection that fits points (longitude, latitude) into WIDTH, and the height it needs."""
    listed = list(points)
    west, east = min(lon for lon, _lat in listed), max(lon for lon, _lat in listed)
    south, north = min(lat for _lon, lat in listed), max(lat for _lon, lat in listed)
    x_scale = (WIDTH - 2 * MARGIN) / max(east - west, 0.001)
    y_scale = x_scale / cos(radians((south + north) / 2))
    height = round((north - south) * y_scale) + 2 * MARGIN
    return Projection(west, north, x_scale, y_scale), height


def simplify(points: Sequence[Point], tolerance: float = TOLERANCE) -> list[Point]:
    """Ramer-Douglas-Peucker: drop points that lie within ``tolerance`` of the line without them."""
    if len(points) < 3:
        return list(points)
    kept = {0, len(points) - 1}
    open_ends = [(0, len(points) - 1)]
    while open_ends:
        first, last = open_ends.pop()
        farthest, far = tolerance, 0
        for index in range(first + 1, last):
            off = _off_line(points[index], points[first], points[last])
            if off > farthest:
                farthest, far = off, index
        if far:
            kept.add(far)
            open_ends += [(first, far), (far, last)]
    return [points[index] for index in sorted(kept)]


def _off_line(point: Point, start: Point, end: Point) -> float:
    """Distance of a point from the stretch between two others."""
    (x, y), (x1, y1), (x2, y2) = point, start, end
    length2 = (x2 - x1) ** 2 + (y2 - y1) ** 2
    if length2 == 0:
        return hypot(x - x1, y - y1)
    along = max(0.0, min(1.0, ((x - x1) * (x2 - x1) + (y - y1) * (y2 - y1)) / length2))
    return hypot(x - x1 - along * (x2 - x1), y - y1 - along * (y2 - y1))


def centre_of(ring: Sequence[Point]) -> Point:
    """The centre of gravity of a ring: where a name stands well."""
    x0, y0 = ring[0]
    doubled = x = y = 0.0
    for (x1, y1), (x2, y2) in zip(ring, [*ring[1:], ring[0]], strict=True):
        # Relative to the first point: degrees squared would lose the last digits.
        cross = (x1 - x0) * (y2 - y0) - (x2 - x0) * (y1 - y0)
        doubled += cross
        x += cross * (x1 + x2 - 2 * x0)
        y += cross * (y1 + y2 - 2 * y0)
    return (x0 + x / (3 * doubled), y0 + y / (3 * doubled)) if doubled else ring[0]


def path(lines: Iterable[Sequence[Point]], *, closed: bool) -> str:
    """An SVG path of simplified lines or rings; what shrinks to a point is left out."""
    pieces = []
    for line in lines:
        points = simplify(line)
        if len(set(points)) < (3 if closed else 2):
            continue
        steps = " ".join(f"{_short(x)},{_short(y)}" for x, y in points[: -1 if closed else None])
        pieces.append(f"M{steps}" + ("Z" if closed else ""))
    return "".join(pieces)


def _short(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")


def lines_of(geometry: Any) -> list[list[Point]]:
    """The lines or rings of a GeoJSON geometry, as (longitude, latitude).

    Raises ValueError on anything that is not a line or polygon with positions on Earth.
    """
    depth = {"LineString": 0, "MultiLineString": 1, "Polygon": 1, "MultiPolygon": 2}
    if not isinstance(geometry, dict) or geometry.get("type") not in depth:
        raise ValueError("not a line or polygon")
    lines: list[Any] = [geometry.get("coordinates")]
    for _level in range(depth[geometry["type"]]):
        if not all(isinstance(part, list) for part in lines):
            raise ValueError("coordinates are not nested as its type says")
        lines = [inner for part in lines for inner in part]
    return [_line(line) for line in lines]


def _line(line: Any) -> list[Point]:
    if not isinstance(line, list) or len(line) < 2:
        raise ValueError("a line needs two positions")
    return [position(place) for place in line]


def position(place: Any) -> Point:
    """A GeoJSON position as (longitude, latitude). Raises ValueError when it is none on Earth."""
    if not isinstance(place, list) or len(place) < 2:
        raise ValueError("a position is not [longitude, latitude]")
    longitude, latitude = place[:2]
    for value, limit in ((longitude, 180), (latitude, 90)):
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if not is_number or not -limit <= value <= limit:
            raise ValueError("a position is not on Earth")
    return float(longitude), float(latitude)
