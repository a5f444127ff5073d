"""A shuttle line that nobody runs."""

from __future__ import annotations

from datetime import date

from kernel.places.models import Region
from tests.factories.accounts import OrganisationFactory
from tests.factories.kernel import PlaceFactory
from transport.direct.models import DirectShuttle
from transport.lines.models import (
    Direction,
    ExceptionKind,
    Pattern,
    PatternStop,
    Service,
    ShuttleLine,
    TimetableTrip,
)

SEATS = 50
DEPARTURES = 6


def shuttle_line(region: Region, slug: str = "t01") -> ShuttleLine:
    """A line with three stops, and one departure an hour."""
    line = ShuttleLine.objects.create(
        region=region,
        organisation=OrganisationFactory(region=region),
        slug=slug,
        name_zh="班线",
        name_en="Line",
        kind="TOURIST",
        seats=SEATS,
        ride_min=40,
        metres=14_000,
        refund_ladder="2:1000 0:800",
        refund_words_zh="发车前两小时全额退。",
        refund_words_en="Two hours before departure: all.",
    )
    pattern = Pattern.objects.create(line=line, slug="out", direction=Direction.OUT)
    for seq in range(3):
        PatternStop.objects.create(
            pattern=pattern, seq=seq, place=PlaceFactory(region=region),
            arrives_s=1200 * seq, departs_s=1200 * seq, metres=7_000 * seq, fare_fen=1_500 * seq,
        )  # fmt: skip
    for number in range(DEPARTURES):
        TimetableTrip.objects.create(
            line=line, pattern=pattern, slug=f"o{number}", departs_s=(8 + number) * 3600
        )
    return line


def direct_shuttle(
    line: ShuttleLine, *, window_min: int = 60, per_hour: int = SEATS, leaves: str = "WHEN_FULL"
) -> DirectShuttle:
    """The line's one way sold by time, from 08:00 to 14:00."""
    line.is_bookable = False
    line.save()
    return DirectShuttle.objects.create(
        line=line, pattern=line.patterns.get(), leaves=leaves, window_min=window_min,
        per_hour=per_hour, first_s=8 * 3600, last_s=14 * 3600,
    )  # fmt: skip


def service_of(line: ShuttleLine) -> Service:
    """Working days of October 2026, but for its first one; the line's trips keep to it."""
    service = Service.objects.create(
        organisation=line.organisation, slug=f"working-days-{line.pk}", weekdays="12345",
        first_date=date(2026, 10, 1), last_date=date(2026, 10, 31),
    )  # fmt: skip
    service.dates.create(date=date(2026, 10, 1), kind=ExceptionKind.REMOVED)
    line.trips.update(service=service)
    return service
