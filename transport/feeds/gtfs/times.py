"""The times of a trip that lie between two timepoints."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from typing import NamedTuple

from transport.feeds.gtfs.rows.service import StopTime


class Passing(NamedTuple):
    """When a vehicle comes to a stop and leaves it, in seconds of the service day."""

    arrival: int
    departure: int


def passings(along: Sequence[StopTime]) -> list[Passing | None]:
    """When a trip passes each of its stops, given in their order.

    A stop with one time has it twice. Stops without times lie between their timed neighbours in
    proportion to the distance travelled where all of them have one, else evenly (whole seconds,
    rounded down). A ride on request within a window has no time; None stands for it.
    """
    found = [_given(row) for row in along]
    fixed = [index for index, row in enumerate(along) if not _is_on_request(row)]
    timed = [place for place, index in enumerate(fixed) if found[index] is not None]
    for first, last in pairwise(timed):
        _fill(along, found, fixed[first : last + 1])
    return found


def _given(row: StopTime) -> Passing | None:
    arrival = row.arrival_time if row.arrival_time is not None else row.departure_time
    departure = row.departure_time if row.departure_time is not None else arrival
    return None if arrival is None or departure is None else Passing(arrival, departure)


def _is_on_request(row: StopTime) -> bool:
    return row.start_pickup_drop_off_window is not None


def _fill(along: Sequence[StopTime], found: list[Passing | None], between: list[int]) -> None:
    """Give times to the stops between the first and the last, which have theirs."""
    start, end = found[between[0]], found[between[-1]]
    assert start is not None
    assert end is not None
    shares = _shares([along[index].shape_dist_traveled for index in between])
    for index, share in zip(between[1:-1], shares[1:-1], strict=True):
        seconds = start.departure + int((end.arrival - start.departure) * share)
        found[index] = Passing(seconds, seconds)


def _shares(distances: list[float | None]) -> list[float]:
    known = [distance for distance in distances if distance is not None]
    if len(known) == len(distances) and known[0] < known[-1] and known == sorted(known):
        return [(each - known[0]) / (known[-1] - known[0]) for each in known]
    return [place / (len(distances) - 1) for place in range(len(distances))]
