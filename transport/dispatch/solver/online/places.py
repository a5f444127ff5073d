"""The ground of a day: places are added as requests name them, and one for each vehicle that is under way.

Travel snapshots are immutable; this makes a new one whenever a place was added or moved.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field

import numpy as np

from transport.dispatch.solver.travel import Travel


@dataclass(slots=True)
class Places:
    """Places of a travel snapshot that can grow, if it has coordinates; a matrix stays as it is."""

    base: Travel
    _x: list[float] = field(init=False)
    _y: list[float] = field(init=False)
    _version: int = 0
    _current: Travel = field(init=False)

    def __post_init__(self) -> None:
        self._current = self.base
        self._x = [] if self.base.x is None else self.base.x.tolist()
        self._y = [] if self.base.y is None else self.base.y.tolist()

    @property
    def grow(self) -> bool:
        """Whether there are coordinates, so that a vehicle can be somewhere between two places."""
        return self.base.kind != "matrix"

    def add(self, x: float, y: float) -> int:
        """A new place at these coordinates (those of the snapshot); its number."""
        if not self.grow:
            raise ValueError("x: a matrix of travel times has no coordinates")
        self._x.append(x)
        self._y.append(y)
        self._version += 1
        return len(self._x) - 1

    def move(self, place: int, x: float, y: float) -> None:
        """Put a place elsewhere: that of a vehicle which has driven on."""
        if (self._x[place], self._y[place]) != (x, y):
            self._x[place], self._y[place] = x, y
            self._version += 1

    def at(self, place: int) -> tuple[float, float]:
        """Coordinates of a place."""
        return self._x[place], self._y[place]

    def between(self, origin: int, destination: int, share: float) -> tuple[float, float]:
        """The point that is ``share`` (0 to 1) of the way from one place to another."""
        a, b = self.at(origin), self.at(destination)
        if self.base.kind == "earth":
            return _on_great_circle(a, b, share)
        return a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share

    def snapshot(self) -> Travel:
        """The travel times of all places as they are now."""
        name = f"{self.base.id}+{self._version}"
        if self._version and self._current.id != name:
            self._current = Travel(
                name,
                self.base.kind,
                x=np.array(self._x),
                y=np.array(self._y),
                speed_m_s=self.base.speed_m_s,
                detour=self.base.detour,
                steps=self.base.steps,
            )
        return self._current


def _on_great_circle(
    a: tuple[float, float], b: tuple[float, float], share: float
) -> tuple[float, float]:
    """Longitude and latitude (degrees) after a share of the shortest way, which no map shows straight."""
    start, end = (np.array(_direction(*point)) for point in (a, b))
    angle = 2 * math.asin(min(1.0, float(np.linalg.norm(end - start)) / 2))
    if not angle:
        return a
    ahead, behind = math.sin(share * angle), math.sin((1 - share) * angle)
    x, y, z = ((behind * start + ahead * end) / math.sin(angle)).tolist()
    return math.degrees(math.atan2(y, x)), math.degrees(math.atan2(z, math.hypot(x, y)))


def _direction(lon: float, lat: float) -> tuple[float, float, float]:
    """The unit vector from the middle of the earth."""
    east, north = math.radians(lon), math.radians(lat)
    return math.cos(north) * math.cos(east), math.cos(north) * math.sin(east), math.sin(north)
