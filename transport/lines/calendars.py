"""On which days a trip runs: the line's months and exceptional days, the trip's own days. Pure."""

from collections.abc import Mapping
from datetime import date

from transport.lines.models import Service, ShuttleLine, TimetableTrip

Exceptions = Mapping[tuple[int, date], str]
"""What exceptional days do, by line id and day."""


def runs_on(line: ShuttleLine, trip: TimetableTrip, day: date, exceptions: Exceptions) -> bool:
    """Whether the trip runs on a service day. An exceptional day of the line overrules its months."""
    if not trip.is_valid_on(day):
        return False
    said = exceptions.get((line.pk, day))
    return line.is_in_season(day) if said is None else said == Service.ADDED
