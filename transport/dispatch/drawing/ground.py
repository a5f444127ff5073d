"""Where the places of a travel snapshot lie on paper, in metres to the east and north."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from transport.dispatch.solver.model import Problem
from transport.dispatch.solver.travel import EARTH_RADIUS_M, Travel

_MOST_SCALED = 1_500
"""Places of a matrix that are laid out by their distances; that takes the cube of their number."""


@dataclass(frozen=True, slots=True)
class Ground:
    """Metres of each place that is used; ``is_guessed`` where the snapshot has distances only."""

    metres: dict[int, tuple[float, float]]
    is_guessed: bool


def ground(problem: Problem, places: Iterable[int]) -> Ground:
    """The used places on a plane.

    Points of the earth are drawn with the longitude shortened as at their middle latitude. A matrix
    says nothing of directions: its places are laid so that their straight distances come as near as
    they can to the metres of the road (classical scaling, Torgerson 1952); the first ones only, where
    they are very many.
    """
    used = sorted(set(places))
    travel = problem.travel
    if travel.kind == "matrix":
        used = used[:_MOST_SCALED]
        points = _scaled(travel, used)
    else:
        assert travel.x is not None
        assert travel.y is not None
        points = np.column_stack([travel.x[used], travel.y[used]])
        if travel.kind == "earth":
            points = _flat(points)
    metres = {place: (float(x), float(y)) for place, (x, y) in zip(used, points, strict=True)}
    return Ground(metres, travel.kind == "matrix")


def _flat(degrees: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
    middle = np.radians(degrees.mean(axis=0)) if len(degrees) else np.zeros(2)
    flat: npt.NDArray[np.float64] = np.radians(degrees) - middle
    flat *= EARTH_RADIUS_M * np.array([np.cos(middle[1]), 1.0])
    return flat


def _scaled(travel: Travel, used: list[int]) -> npt.NDArray[np.float64]:
    assert travel.metres is not None
    if len(used) < 2:
        return np.zeros((len(used), 2))
    metres = travel.metres[np.ix_(used, used)]
    squares = ((metres + metres.T) / 2) ** 2
    about = squares - squares.mean(axis=0) - squares.mean(axis=1)[:, None] + squares.mean()
    values, vectors = np.linalg.eigh(about / -2)
    points: npt.NDArray[np.float64] = vectors[:, -2:] * np.sqrt(np.maximum(values[-2:], 0))
    # Directions of an eigenvector are arbitrary: the first place lies in the south-west.
    points *= np.where(points[0] > 0, -1.0, 1.0)
    return points
