"""What rides cost, as fares by route and zones (fares v1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from transport.feeds.exporting.outgoing import Outgoing
from transport.feeds.fares import MOST_STOPS, Fares, from_first
from transport.feeds.gtfs.rows.fares import FareAttribute, FareRule
from transport.feeds.gtfs.rows.service import Route, Stop
from transport.feeds.slugs import Slugs
from transport.lines import queries as lines
from transport.lines.models import ShuttleLine
from transport.lines.queries import Stops

_ON_BOARD, _BEFORE = 0, 1
_NO_TRANSFERS = 0

Prices = dict[tuple[str, str], int]
"""What a ride between two zones costs, in fen."""


def add_fares(
    out: Outgoing, own: Sequence[ShuttleLine], patterns: Mapping[int, Sequence[Stops]]
) -> None:
    """Write the fares of lines that have other ones than the feed says; ``patterns`` by line.

    Where two patterns of a line ask different fares between the same zones, the lower one is written.
    """
    routes = {route.route_id: route for route in out.feed.routes}
    stops = {row.stop_id: row for row in out.feed.stops}
    fares = Fares(out.feed, out.region.currency)
    writer = _Writer(out)
    for line in own:
        route = routes[out.routes[line.pk]]
        changed = [p for p in patterns[line.pk] if not _is_said(out, fares, route, stops, p)]
        if changed:
            writer.write(line, route, _prices(out, stops, patterns[line.pk]))


def _is_said(
    out: Outgoing, fares: Fares, route: Route, stops: Mapping[str, Stop], pattern: Stops
) -> bool:
    """Whether the fares in the feed come to those of a pattern."""
    zones = tuple(stops[out.stops[stop.place_id]].zone_id for stop in pattern)
    rides = fares.rides(route, zones) or ()
    said = from_first(rides, len(pattern))
    is_alike = [stop.fare_fen for stop in pattern] == said
    return is_alike and pattern[0].pattern.ride_fares_fen == list(rides if len(rides) > 1 else ())


def _prices(out: Outgoing, stops: Mapping[str, Stop], patterns: Sequence[Stops]) -> Prices:
    """The fares between zones; a stop without one becomes a zone of its own."""
    found: Prices = {}
    for pattern in patterns:
        if len(pattern) > MOST_STOPS:
            continue
        rows = [stops[out.stops[stop.place_id]] for stop in pattern]
        for row in rows:
            row.zone_id = row.zone_id or row.stop_id
        for board, start in enumerate(rows):
            for alight in range(board + 1, len(rows)):
                fen = lines.fare_of(pattern, board, alight)
                key = (str(start.zone_id), str(rows[alight].zone_id))
                if fen:
                    found[key] = min(fen, found.get(key, fen))
    return found


class _Writer:
    """Writes each price once, and the rules of one route after the other."""

    def __init__(self, out: Outgoing) -> None:
        self._feed = out.feed
        self._currency = out.region.currency
        self._names: Slugs = out.names("fare_attributes", "fare_id")
        self._ids: dict[tuple[str | None, int, int], str] = {}

    def write(self, line: ShuttleLine, route: Route, prices: Prices) -> None:
        self._leave_general_fares_to_others(route)
        self._feed.fare_rules = [
            rule for rule in self._feed.fare_rules if rule.route_id != route.route_id
        ]
        method = _BEFORE if line.is_bookable else _ON_BOARD
        if len(set(prices.values())) == 1:
            fen = next(iter(prices.values()))
            fare = self._fare(route.agency_id, fen, method)
            self._feed.fare_rules.append(FareRule(fare, route.route_id))
            return
        for (origin, destination), fen in sorted(prices.items()):
            fare = self._fare(route.agency_id, fen, method)
            self._feed.fare_rules.append(FareRule(fare, route.route_id, origin, destination))

    def _leave_general_fares_to_others(self, route: Route) -> None:
        """Fares that hold on every route would hold beside this one's own: from now on they say on which.

        The cheapest that holds counts, so that a general one could undercut what is written here.
        """
        first = self._feed.agency[0].agency_id if self._feed.agency else None
        agency = route.agency_id or first
        ruled = {rule.fare_id for rule in self._feed.fare_rules}
        for fare in list(self._feed.fare_attributes):
            if fare.currency_type != self._currency or (fare.agency_id or agency) != agency:
                continue
            of_it = [r for r in self._feed.fare_rules if r.fare_id == fare.fare_id]
            general = [rule for rule in of_it if rule.route_id is None]
            if fare.fare_id not in ruled:
                general = [FareRule(fare.fare_id)]
            if general:
                self._hold_elsewhere(fare, general, route, first)

    def _hold_elsewhere(
        self, fare: FareAttribute, general: Sequence[FareRule], route: Route, first: str | None
    ) -> None:
        """Write general rules of a fare as those of every other route of its agency."""
        gone = {id(rule) for rule in general}
        kept = [rule for rule in self._feed.fare_rules if id(rule) not in gone]
        others = [
            other.route_id
            for other in self._feed.routes
            if other.route_id != route.route_id
            and fare.agency_id in (None, other.agency_id or first)
        ]
        kept += [replace(rule, route_id=other) for other in others for rule in general]
        self._feed.fare_rules = kept
        if not any(rule.fare_id == fare.fare_id for rule in kept):
            self._feed.fare_attributes.remove(fare)

    def _fare(self, agency: str | None, fen: int, method: int) -> str:
        key = (agency, fen, method)
        if key not in self._ids:
            way = "before" if method == _BEFORE else "on-board"
            name = self._names.keep(f"{agency or self._currency}-{fen}-{way}")
            self._ids[key] = name
            price = Decimal(fen).scaleb(-2)
            self._feed.fare_attributes.append(
                FareAttribute(name, price, self._currency, method, _NO_TRANSFERS, agency)
            )
        return self._ids[key]
