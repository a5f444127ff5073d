"""The page of a direct shuttle, put together: days, windows, fare, queue."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from bookings.campaigns.listing import Price, Prices
from bookings.pricing.telling import Published, published
from bookings.waitlist.queries import Seller
from bookings.waitlist.sold_out import Full, WaitingList, waiting_lists
from kernel.naming import say
from kernel.web.requests import day as read_day
from transport.direct import queries
from transport.direct.models import DirectShuttle, Window
from transport.direct.offers import KIND
from transport.direct.queues import Queue, queues_of
from transport.lines import queries as lines
from transport.lines.models import ADULT
from transport.lines.queries import Stops
from transport.lines.ways import way

SHOWN_DAYS = 14


@dataclass(frozen=True, slots=True)
class ShuttlePage:
    """What the page of one shuttle shows; ``slots`` are the boarding times of the chosen day."""

    way: str
    day: date
    days: Sequence[date]
    slots: Sequence[Mapping[str, Any]]
    lists: Sequence[WaitingList]
    stops: Sequence[Mapping[str, Any]]
    price: Price
    together: Sequence[Published]
    queue: Queue

    @property
    def has_room(self) -> bool:
        """Whether a place of the day is left."""
        return any(slot["left"] for slot in self.slots)


def shuttle_page(
    shuttle: DirectShuttle, asked: Mapping[str, str], *, at: datetime
) -> ShuttlePage | None:
    """The page for the day that was asked for; None for a shuttle whose stops are gone.

    :raises BadInput: a day that is none.
    """
    stops = lines.stops_of([shuttle.pattern_id]).get(shuttle.pattern_id, ())
    if len(stops) < 2:
        return None
    region = shuttle.line.region
    today = region.local_date(at)
    day = read_day(asked["day"], field="day") if "day" in asked else today
    windows = queries.windows_on(shuttle, day=day, at=at)
    price, together = _fares(shuttle, stops, [window for window, _left in windows], at)
    return ShuttlePage(
        way=say(way(stops, 0, len(stops) - 1)),
        day=day,
        days=[today + timedelta(days=n) for n in range(SHOWN_DAYS)],
        slots=_slots(shuttle, windows),
        lists=_lists(shuttle, windows, at),
        stops=_stops(stops),
        price=price,
        together=together,
        queue=queues_of(region, [shuttle], at=at)[shuttle.pk],
    )


def _fares(
    shuttle: DirectShuttle, stops: Stops, windows: Sequence[Window], at: datetime
) -> tuple[Price, list[Published]]:
    """What a place costs on the day, and what is published for several together."""
    if not windows:
        fen = queries.fare_fen(stops)
        return Price(fen, fen), []
    day = queries.fares_of(windows[:1])[windows[0].pk]
    fen = queries.fare_fen(stops, day.permille)
    refs = [str(window.pk) for window in windows]
    line = shuttle.line
    prices = Prices(line.region_id, at=at)
    price = prices.of(KIND, refs, line.organisation_id, fen, place_id=stops[0].place_id)
    return price, published(day.groups, fen_by_class={ADULT: fen}, names={ADULT: _("seat")})


def _slots(shuttle: DirectShuttle, windows: Sequence[tuple[Window, int]]) -> list[dict[str, Any]]:
    first = next((window.pk for window, left in windows if left), None)
    zone = shuttle.line.tz
    return [
        {
            "value": str(window.pk),
            "label": f"{window.starts_at.astimezone(zone):%H:%M}–{window.ends_at.astimezone(zone):%H:%M}",
            "left": left,
            "checked": window.pk == first,
        }
        for window, left in windows
    ]


def _lists(
    shuttle: DirectShuttle, windows: Sequence[tuple[Window, int]], at: datetime
) -> list[WaitingList]:
    """Where one can wait for the boarding times that are sold out."""
    full = [window for window, left in windows if not left and window.starts_at > at]
    times = [Full(str(window.pk), window.starts_at, [window.bucket_id]) for window in full]
    line = shuttle.line
    seller = Seller(line.region_id, line.organisation_id, KIND)
    return waiting_lists(line.region, seller, times, at=at)


def _stops(stops: Stops) -> list[dict[str, Any]]:
    last = len(stops) - 1
    return [
        {
            "time": _("+%(min)s min") % {"min": stop.arrives_s // 60 if n else 0},
            "name": stop.place.name,
            "kind": "first" if n == 0 else "last" if n == last else "",
            "is_ride": True,
        }
        for n, stop in enumerate(stops)
    ]


def texts(queue: Queue) -> dict[str, str]:
    """The figures of a queue by name, for a page that asks again."""
    wait = "–" if queue.wait_min is None else str(queue.wait_min)
    return {
        "words": queue.words,
        "waiting": str(queue.waiting),
        "wait": wait,
        "came": str(queue.came),
        "carried": str(queue.carried),
    }
