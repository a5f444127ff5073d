"""A shuttle line that nobody runs."""

from __future__ import annotations

from kernel.places.models import Region
from tests.factories.accounts import OrganisationFactory
from tests.factories.kernel import PlaceFactory
from transport.lines.models import Direction, LineStop, ShuttleLine, TimetableTrip

SEATS = 50
DEPARTURES = 6


def shuttle_line(region: Region) -> ShuttleLine:
    """A line with three stops, and one departure an hour."""
    line = ShuttleLine.objects.create(
        region=region,
        organisation=OrganisationFactory(region=region),
        slug="t01",
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
    for seq in range(3):
        LineStop.objects.create(
            line=line, direction=Direction.OUT, seq=seq, place=PlaceFactory(region=region),
            minute=20 * seq, metres=7_000 * seq, fare_fen=1_500 * seq,
        )  # fmt: skip
    for number in range(DEPARTURES):
        TimetableTrip.objects.create(
            line=line, direction=Direction.OUT, slug=f"o{number}", departs_min=(8 + number) * 60
        )
    return line
