"""How long and how far from place to place: an immutable snapshot that a plan can name.

A snapshot has a matrix (``matrix``), or points and a speed for fleets that no matrix fits
(``plane``: x and y in metres; ``earth``: WGS 84 degrees, great circle). A leg of ``s`` seconds that is
begun at ``t`` takes ``s`` times the factor of the hour; a leg that lasts into the next step goes on
with the next factor. So the speed changes, not the leg: who leaves later never arrives earlier
(Ichoua, Gendreau, Potvin 2003), and the earliest times of a route stay exact.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

EARTH_RADIUS_M = 6_371_008.8
MAX_PLACES = 200_000
MAX_CELLS = 9_000_000
"""Of one matrix: 3,000 places, 72 MB."""


@dataclass(frozen=True, slots=True)
class Step:
    """From ``from_s`` (seconds after the problem's epoch) on, a leg takes ``factor`` times as long."""

    from_s: float
    factor: float

    def __post_init__(self) -> None:
        if not 0.05 <= self.factor <= 20:
            raise ValueError("factor: must be between 0.05 and 20")
        if not abs(self.from_s) <= 1e9:
            raise ValueError("from_s: must be within 1e9 seconds of the epoch")


@dataclass(frozen=True, slots=True, eq=False)
class Travel:
    """A snapshot of travel times; ``id`` is what a plan stores to be replayed.

    ``seconds[i, j]`` and ``metres[i, j]`` for ``matrix``; ``x`` and ``y`` for ``plane`` (metres) and
    ``earth`` (``x`` longitude, ``y`` latitude, degrees), with ``speed_m_s`` and ``detour``, how much
    longer the road is than the straight line. A matrix need not be symmetric nor obey the triangle
    inequality. ``steps`` are in rising order; before the first one the factor is 1.
    Raises ValueError that names the field.
    """

    id: str
    kind: Literal["matrix", "plane", "earth"]
    seconds: Floats | None = None
    metres: Floats | None = None
    x: Floats | None = None
    y: Floats | None = None
    speed_m_s: float = 0.0
    detour: float = 1.0
    steps: tuple[Step, ...] = ()

    def __post_init__(self) -> None:
        if not self.id:
            raise ValueError("id: must not be empty")
        if self.kind == "matrix":
            _check_matrix(self.seconds, "seconds")
            _check_matrix(self.metres, "metres")
            if _shape(self.seconds) != _shape(self.metres):
                raise ValueError("metres: must have the shape of seconds")
        else:
            self._check_points()
        if any(b.from_s <= a.from_s for a, b in zip(self.steps, self.steps[1:], strict=False)):
            raise ValueError("steps: must be in rising order of from_s")
        for array in (self.seconds, self.metres, self.x, self.y):
            if array is not None:
                array.setflags(write=False)

    def _check_points(self) -> None:
        for name, array, most in (("x", self.x, 180.0), ("y", self.y, 90.0)):
            if array is None or array.ndim != 1 or not 0 < len(array) <= MAX_PLACES:
                raise ValueError(f"{name}: must be a list of 1 to {MAX_PLACES} numbers")
            bound = most if self.kind == "earth" else 1e8
            if not bool(np.all(np.abs(array) <= bound)):
                raise ValueError(f"{name}: must be within {bound:g}")
        if _shape(self.x) != _shape(self.y):
            raise ValueError("y: must be as long as x")
        if not 0.01 <= self.speed_m_s <= 1000:
            raise ValueError("speed_m_s: must be between 0.01 and 1000")
        if not 1 <= self.detour <= 10:
            raise ValueError("detour: must be between 1 and 10")

    @property
    def places(self) -> int:
        """How many places the snapshot knows; they are numbered from 0."""
        first = self.seconds if self.kind == "matrix" else self.x
        assert first is not None
        return len(first)

    @property
    def slowest(self) -> float:
        """The largest factor of the day, at least 1: what driving hours are counted with."""
        return max([1.0, *(step.factor for step in self.steps)])

    @property
    def quickest(self) -> float:
        """The smallest factor of the day, at most 1: what bounds from below are made with."""
        return min([1.0, *(step.factor for step in self.steps)])

    def metres_between(self, origin: int, destination: int) -> float:
        """Metres of the road from one place to another."""
        if self.kind == "matrix":
            assert self.metres is not None
            return float(self.metres[origin, destination])
        assert self.x is not None
        assert self.y is not None
        ax, ay = float(self.x[origin]), float(self.y[origin])
        bx, by = float(self.x[destination]), float(self.y[destination])
        if self.kind == "plane":
            return math.hypot(bx - ax, by - ay) * self.detour
        return great_circle_m(ax, ay, bx, by) * self.detour

    def seconds_between(self, origin: int, destination: int) -> float:
        """Seconds at factor 1."""
        if self.kind == "matrix":
            assert self.seconds is not None
            return float(self.seconds[origin, destination])
        return self.metres_between(origin, destination) / self.speed_m_s

    def seconds_table(self, origins: Sequence[int], destinations: Sequence[int]) -> Floats:
        """(origins, destinations) seconds at factor 1, all at once."""
        if self.kind == "matrix":
            assert self.seconds is not None
            return self.seconds[np.ix_(origins, destinations)]
        assert self.x is not None
        assert self.y is not None
        x, y = (
            (self.x, self.y) if self.kind == "plane" else (np.radians(self.x), np.radians(self.y))
        )
        a, b = np.asarray(origins, np.int64), np.asarray(destinations, np.int64)
        metres = straight_m(x[a, None], y[a, None], x[b], y[b], on_earth=self.kind == "earth")
        return np.asarray(metres * self.detour / self.speed_m_s)

    def arrival_s(self, origin: int, destination: int, depart_s: float) -> float:
        """When one arrives who leaves at ``depart_s``, both in seconds after the epoch."""
        rest = self.seconds_between(origin, destination)
        at, factor = depart_s, 1.0
        for step in self.steps:
            if step.from_s <= at:
                factor = step.factor
                continue
            possible = (step.from_s - at) / factor
            if rest <= possible:
                return at + rest * factor
            rest -= possible
            at, factor = step.from_s, step.factor
        return at + rest * factor

    def departure_s(self, origin: int, destination: int, arrive_s: float) -> float:
        """The latest time to leave and still be there at ``arrive_s``: ``arrival_s`` backwards."""
        rest = self.seconds_between(origin, destination)
        at = arrive_s
        for number in range(len(self.steps) - 1, -1, -1):
            step = self.steps[number]
            if step.from_s >= at:
                continue
            possible = (at - step.from_s) / step.factor
            if rest <= possible:
                return at - rest * step.factor
            rest -= possible
            at = step.from_s
        return at - rest

    def covered_s(self, from_s: float, until_s: float) -> float:
        """How many seconds at factor 1 are driven between two moments."""
        covered, at, factor = 0.0, from_s, 1.0
        for step in self.steps:
            if step.from_s <= at:
                factor = step.factor
                continue
            if step.from_s >= until_s:
                break
            covered += (step.from_s - at) / factor
            at, factor = step.from_s, step.factor
        return covered + max(0.0, until_s - at) / factor


def great_circle_m(lon_a: float, lat_a: float, lon_b: float, lat_b: float) -> float:
    """Metres over the earth between two WGS 84 points in degrees (haversine)."""
    phi_a, phi_b = math.radians(lat_a), math.radians(lat_b)
    half_phi = (phi_b - phi_a) / 2
    half_lambda = math.radians(lon_b - lon_a) / 2
    h = math.sin(half_phi) ** 2 + math.cos(phi_a) * math.cos(phi_b) * math.sin(half_lambda) ** 2
    return 2 * EARTH_RADIUS_M * math.asin(math.sqrt(min(1.0, h)))


def straight_m(ax: Floats, ay: Floats, bx: Floats, by: Floats, *, on_earth: bool) -> Floats:
    """Metres in a straight line, broadcast: points of a plane in metres, or of the earth in radians."""
    dx, dy = bx - ax, by - ay
    if not on_earth:
        return np.asarray(np.hypot(dx, dy))
    h = np.sin(dy / 2) ** 2 + np.cos(ay) * np.cos(by) * np.sin(dx / 2) ** 2
    return np.asarray(2 * EARTH_RADIUS_M * np.arcsin(np.sqrt(np.minimum(1.0, h))))


def by_matrix(id: str, seconds: Any, metres: Any, steps: tuple[Step, ...] = ()) -> Travel:
    """A snapshot from matrices (lists or arrays), copied."""
    return Travel(id, "matrix", seconds=_copy(seconds), metres=_copy(metres), steps=steps)


def on_plane(
    id: str, x: Any, y: Any, *, speed_m_s: float, detour: float = 1.0, steps: tuple[Step, ...] = ()
) -> Travel:
    """A snapshot from points in metres, copied; straight lines times ``detour``."""
    return Travel(
        id, "plane", x=_copy(x), y=_copy(y), speed_m_s=speed_m_s, detour=detour, steps=steps
    )


def on_earth(
    id: str,
    lon: Any,
    lat: Any,
    *,
    speed_m_s: float,
    detour: float = 1.35,
    steps: tuple[Step, ...] = (),
) -> Travel:
    """A snapshot from WGS 84 degrees, copied; great circles times ``detour``."""
    return Travel(
        id, "earth", x=_copy(lon), y=_copy(lat), speed_m_s=speed_m_s, detour=detour, steps=steps
    )


def _copy(numbers: Any) -> Floats:
    return np.array(numbers, dtype=np.float64, order="C")


def _shape(array: Floats | None) -> tuple[int, ...]:
    return () if array is None else array.shape


def _check_matrix(array: Floats | None, name: str) -> None:
    if array is None or array.ndim != 2 or array.shape[0] != array.shape[1] or not array.size:
        raise ValueError(f"{name}: must be a square matrix")
    if array.size > MAX_CELLS:
        raise ValueError(f"{name}: must have at most {MAX_CELLS} cells")
    if not bool(np.all((array >= 0) & (array <= 1e9))):
        raise ValueError(f"{name}: every value must be between 0 and 1e9")
    if bool(np.any(np.diagonal(array))):
        raise ValueError(f"{name}: from a place to itself must be 0")
