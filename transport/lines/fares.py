"""What a ride costs, and which counts it touches. Pure."""

from collections.abc import Iterable, Sequence
from datetime import date

from bookings.pricing.lists import Rule, standing
from kernel.places.models import DayType

USUAL = 1000


def fare_fen(
    fares: Sequence[int],
    board: int,
    alight: int,
    permille: int = USUAL,
    rides: Sequence[int] = (),
) -> int:
    """The fare between two positions of a stop pattern, in fen.

    ``rides`` has the fare of every ride, if each has its own (``ride_index``). Otherwise ``fares`` are
    from the first stop to each stop, the first 0: where the fare grows with the way, a
    ride costs the difference; on a line with one flat fare every ride costs that; a difference of
    nothing on any other line costs its shortest ride. Source: our reading of the published tables
    (the scenic shuttles charge one fare whatever the ride); operators confirm or correct them.
    ``permille`` is the day's share of it; what is not the usual fare is rounded to 0.1 yuan.

    :raises ValueError: the positions do not lie in order on the pattern.
    """
    if not 0 <= board < alight < len(fares):
        raise ValueError("no such ride")
    usual_fen = (
        rides[ride_index(len(fares), board, alight)] if rides else _usual_fen(fares, board, alight)
    )
    return usual_fen if permille == USUAL else (usual_fen * permille + 5_000) // 10_000 * 10


def ride_index(stops: int, board: int, alight: int) -> int:
    """Where a ride stands among all rides of a pattern: 0-1, 0-2 … 0-n, then 1-2 …"""
    return board * (2 * stops - board - 1) // 2 + alight - board - 1


def day_permille(rules: Iterable[Rule], day: date, day_type: DayType) -> int:
    """The day's share of the usual fares, in thousandths."""
    rule = standing(rules, day, day_type)
    return rule.permille if rule else USUAL


def _usual_fen(fares: Sequence[int], board: int, alight: int) -> int:
    if len(set(fares[1:])) == 1:
        return fares[-1]
    steps = (fares[k + 1] - fares[k] for k in range(len(fares) - 1))
    return max(fares[alight] - fares[board], min(step for step in steps if step > 0))


def segments_of(segments: Sequence[int], board: int, alight: int) -> Sequence[int]:
    """The buckets a ride takes a seat of: those between its two stops."""
    return segments[board:alight]
