"""On which days a trip runs: its service's days, the line's months and exceptional days, its own. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from transport.lines.models import ExceptionKind, ShuttleLine, TimetableTrip

Exceptions = Mapping[tuple[int, date], str]
"""What exceptional days do, by line id and day."""


@dataclass(frozen=True, slots=True)
class ServiceDays:
    """The days of a service: weekdays ("67" is the weekend) within dates, and what ``dates`` change."""

    weekdays: str
    first: date | None
    last: date | None
    dates: Mapping[date, str] = field(default_factory=dict)

    def has(self, day: date) -> bool:
        """Whether the service has this day."""
        said = self.dates.get(day)
        if said is not None:
            return said == ExceptionKind.ADDED
        if self.first is None or self.last is None:
            return False
        return self.first <= day <= self.last and str(day.isoweekday()) in self.weekdays


@dataclass(frozen=True, slots=True)
class Calendar:
    """What decides the days of some lines' trips: exceptional days, and services by id."""

    exceptions: Exceptions
    services: Mapping[int, ServiceDays]

    def runs_on(self, line: ShuttleLine, trip: TimetableTrip, day: date) -> bool:
        """Whether the trip runs on a service day."""
        return trip.is_valid_on(day) and self.has(line, trip.service_id, day)

    def has(self, line: ShuttleLine, service_id: int | None, day: date) -> bool:
        """Whether the line runs on a day by a service, or by none: whatever each trip says besides.

        An exceptional day of the line overrules its months; where it is added, trips of a service
        still keep to that service's days.
        """
        return self.has_day(line, day) and (
            service_id is None or self.services[service_id].has(day)
        )

    def has_day(self, line: ShuttleLine, day: date) -> bool:
        """Whether the line runs at all on a day: its months, unless an exceptional day says otherwise."""
        said = self.exceptions.get((line.pk, day))
        return line.is_in_season(day) if said is None else said == ExceptionKind.ADDED
