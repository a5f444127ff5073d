"""How far along its way a stop is, in metres. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from itertools import pairwise

from geopy.distance import great_circle

Point = tuple[float, float]

_UNITS_M = (1.0, 1000.0)
# A way is as long as the crow flies or longer, hardly ever three times as long.
_LEAST, _MOST = 0.95, 3.0
MOST_M = 2**31 - 1


def metres_along(points: Sequence[Point], distances: Sequence[float | None]) -> list[int]:
    """Metres from the first stop to each.

    From the feed's own distances where all stops have one and their unit is plain (metres or
    kilometres, by comparison with the crow's way); else along great circles.
    """
    flown = [0.0]
    for here, there in pairwise(points):
        flown.append(flown[-1] + _between(here, there))
    unit = _unit([each for each in distances if each is not None], len(points), flown[-1])
    if unit is None:
        return [min(round(each), MOST_M) for each in flown]
    first = distances[0] or 0.0
    return [min(round(((each or 0.0) - first) * unit), MOST_M) for each in distances]


def _unit(distances: Sequence[float], stops: int, flown_m: float) -> float | None:
    if len(distances) != stops or flown_m <= 0:
        return None
    if any(later < earlier for earlier, later in pairwise(distances)):
        return None
    whole = distances[-1] - distances[0]
    plain = [unit for unit in _UNITS_M if _LEAST <= whole * unit / flown_m <= _MOST]
    return plain[0] if plain else None


@lru_cache(maxsize=100_000)
def _between(here: Point, there: Point) -> float:
    metres: float = great_circle(here, there).meters
    return metres
