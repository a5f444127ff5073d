"""Up to which day the runs of a region are laid out."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta

from django.db.models import Max, Min

from kernel.places.models import Region
from transport.lines import queries
from transport.lines.calendars import Calendar
from transport.lines.models import Run, ShuttleLine, TimetableTrip

NEVER = date.min


def laid_out_until(region: Region) -> date | None:
    """The last day up to which every bookable line has the runs that its timetable asks for.

    Months in which a line does not run are not missed. None where no line is bookable; NEVER where
    one has no run although its timetable asks for some.
    """
    lines = {line.pk: line for line in queries.bookable_lines(region)}
    trips: dict[int, list[TimetableTrip]] = defaultdict(list)
    for trip in TimetableTrip.objects.filter(line_id__in=lines):
        trips[trip.line_id].append(trip)
    if not trips:
        return None
    runs = Run.objects.filter(line_id__in=trips).values_list("line_id")
    reached = dict(runs.annotate(last=Max("service_date")))
    if not reached:
        return NEVER
    begins = Run.objects.filter(line_id__in=trips).aggregate(first=Min("service_date"))["first"]
    calendar, farthest = queries.calendar_of(lines), max(reached.values())
    return min(
        _reached(lines[pk], trips[pk], calendar, reached.get(pk), begins, farthest) for pk in trips
    )


def _reached(
    line: ShuttleLine,
    trips: list[TimetableTrip],
    calendar: Calendar,
    last: date | None,
    begins: date,
    farthest: date,
) -> date:
    """The line's last day, or ``farthest`` where it asks for nothing in between."""
    first = begins if last is None else last + timedelta(days=1)
    services: dict[int | None, list[TimetableTrip]] = defaultdict(list)
    for trip in trips:
        services[trip.service_id].append(trip)
    asked = any(
        calendar.has(line, service_id, day) and any(trip.is_valid_on(day) for trip in alike)
        for day in queries.days(first, farthest)
        for service_id, alike in services.items()
    )
    return farthest if not asked else last or NEVER
