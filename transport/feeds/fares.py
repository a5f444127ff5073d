"""Fares v1 of a feed: what each ride along a sequence of zones costs. Pure.

Source: the reference's fare_attributes.txt and fare_rules.txt. Of the fares that hold for a ride the
cheapest counts. A fare of no rule holds everywhere; a rule holds where its route, origin and
destination do; where rules of a fare name zones that a ride contains, the ride passes those and no
others.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal

from kernel.money import has_fen
from transport.feeds.gtfs import Feed
from transport.feeds.gtfs.rows.fares import FareAttribute
from transport.feeds.gtfs.rows.service import Route

Zones = tuple[str | None, ...]
Ends = tuple[str | None, str | None, str | None]
"""The route, origin and destination of a rule; None: any."""

MOST_STOPS = 200
"""A longer pattern is only sold for one fare whatever the ride: the others grow with its square."""
MOST_FEN = 10_000_000
_HOME = "CNY"


def currency_of(feed: Feed) -> str:
    """The currency in which a region of this feed alone sells."""
    said = [fare.currency_type for fare in feed.fare_attributes if has_fen(fare.currency_type)]
    return _HOME if not said or _HOME in said else said[0]


class Fares:
    """The fares of a feed in one currency."""

    def __init__(self, feed: Feed, currency: str) -> None:
        self._first = feed.agency[0].agency_id if feed.agency else None
        self._rules: dict[str, dict[Ends, set[str]]] = defaultdict(lambda: defaultdict(set))
        for rule in feed.fare_rules:
            zones = self._rules[rule.fare_id][rule.route_id, rule.origin_id, rule.destination_id]
            if rule.contains_id is not None:
                zones.add(rule.contains_id)
        priced = ((_fen(fare, currency), fare) for fare in feed.fare_attributes)
        known = [(fen, fare) for fen, fare in priced if fen is not None]
        self._fares = sorted(known, key=lambda each: (each[0], each[1].fare_id))
        self._rides: dict[tuple[str, str | None, Zones], tuple[int, ...] | None] = {}

    def rides(self, route: Route, zones: Zones) -> tuple[int, ...] | None:
        """The fare of every ride in fen (``lines.fares.ride_index``); None: some ride has none.

        One fare for all of them comes as one number.
        """
        key = (route.route_id, route.agency_id, zones)
        if key not in self._rides:
            self._rides[key] = self._all(route, zones)
        return self._rides[key]

    def _all(self, route: Route, zones: Zones) -> tuple[int, ...] | None:
        # Where there is one agency only, routes and fares may leave it out.
        agency = route.agency_id or self._first
        fares = [fare for fare in self._fares if (fare[1].agency_id or agency) == agency]
        if not fares:
            return None
        if len(set(zones)) == 1 or not any(self._rules[fare.fare_id] for _fen, fare in fares):
            fen = self._fen(fares, route, zones)
            return None if fen is None else (fen,)
        if len(zones) > MOST_STOPS:
            return None
        found = []
        for board in range(len(zones)):
            for alight in range(board + 1, len(zones)):
                fen = self._fen(fares, route, zones[board : alight + 1])
                if fen is None:
                    return None
                found.append(fen)
        return tuple(found[:1]) if len(set(found)) == 1 else tuple(found)

    def _fen(
        self, fares: Sequence[tuple[int, FareAttribute]], route: Route, zones: Zones
    ) -> int | None:
        """The cheapest fare from the first of these zones to the last."""
        holding = (fen for fen, fare in fares if self._holds(fare, route, zones))
        return next(holding, None)

    def _holds(self, fare: FareAttribute, route: Route, zones: Zones) -> bool:
        rules = self._rules.get(fare.fare_id)
        if not rules:
            return True
        return any(
            line in (None, route.route_id)
            and origin in (None, zones[0])
            and destination in (None, zones[-1])
            and (not contains or contains == set(zones))
            for (line, origin, destination), contains in rules.items()
        )


def _fen(fare: FareAttribute, currency: str) -> int | None:
    """What a fare is in fen; None: another currency, not a whole number of fen, or nothing to pay."""
    fen = fare.price * Decimal(100)
    is_sold = fare.currency_type == currency and has_fen(currency) and 0 < fen <= MOST_FEN
    return int(fen) if is_sold and fen == int(fen) else None


def from_first(rides: Sequence[int], stops: int) -> list[int]:
    """The fare from the first stop to each, the first nothing; without fares nothing everywhere."""
    if len(rides) <= 1:
        return [0, *(list(rides) or [0]) * (stops - 1)]
    return [0, *rides[: stops - 1]]
