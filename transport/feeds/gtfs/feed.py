"""A whole feed in memory: typed rows for every file of the reference, other files as they are."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from functools import cache
from operator import attrgetter
from typing import Any, get_args, get_type_hints

from transport.feeds.gtfs.rows.about import Attribution, FeedInfo, Translation
from transport.feeds.gtfs.rows.base import Row, Table, table_of
from transport.feeds.gtfs.rows.fares import (
    Area,
    FareAttribute,
    FareLegJoinRule,
    FareLegRule,
    FareMedium,
    FareProduct,
    FareRule,
    FareTransferRule,
    Network,
    RiderCategory,
    RouteNetwork,
    StopArea,
    Timeframe,
)
from transport.feeds.gtfs.rows.requests import BookingRule, LocationGroup, LocationGroupStop
from transport.feeds.gtfs.rows.service import (
    Agency,
    Calendar,
    CalendarDate,
    Frequency,
    Route,
    ShapePoint,
    Stop,
    StopTime,
    Transfer,
    Trip,
)
from transport.feeds.gtfs.rows.stations import Level, Pathway

LOCATIONS = "locations.geojson"
REQUIRED = ("agency", "routes", "trips", "stop_times")


@dataclass(slots=True, eq=False)
class Feed:
    """The attributes are named as the files are. Two feeds are equal when their rows are, in any
    order. ``others`` has the files that are not tables of the reference, byte for byte."""

    agency: list[Agency] = field(default_factory=list)
    stops: list[Stop] = field(default_factory=list)
    routes: list[Route] = field(default_factory=list)
    trips: list[Trip] = field(default_factory=list)
    stop_times: list[StopTime] = field(default_factory=list)
    calendar: list[Calendar] = field(default_factory=list)
    calendar_dates: list[CalendarDate] = field(default_factory=list)
    fare_attributes: list[FareAttribute] = field(default_factory=list)
    fare_rules: list[FareRule] = field(default_factory=list)
    timeframes: list[Timeframe] = field(default_factory=list)
    rider_categories: list[RiderCategory] = field(default_factory=list)
    fare_media: list[FareMedium] = field(default_factory=list)
    fare_products: list[FareProduct] = field(default_factory=list)
    fare_leg_rules: list[FareLegRule] = field(default_factory=list)
    fare_leg_join_rules: list[FareLegJoinRule] = field(default_factory=list)
    fare_transfer_rules: list[FareTransferRule] = field(default_factory=list)
    areas: list[Area] = field(default_factory=list)
    stop_areas: list[StopArea] = field(default_factory=list)
    networks: list[Network] = field(default_factory=list)
    route_networks: list[RouteNetwork] = field(default_factory=list)
    shapes: list[ShapePoint] = field(default_factory=list)
    frequencies: list[Frequency] = field(default_factory=list)
    transfers: list[Transfer] = field(default_factory=list)
    pathways: list[Pathway] = field(default_factory=list)
    levels: list[Level] = field(default_factory=list)
    location_groups: list[LocationGroup] = field(default_factory=list)
    location_group_stops: list[LocationGroupStop] = field(default_factory=list)
    booking_rules: list[BookingRule] = field(default_factory=list)
    translations: list[Translation] = field(default_factory=list)
    feed_info: list[FeedInfo] = field(default_factory=list)
    attributions: list[Attribution] = field(default_factory=list)
    others: dict[str, bytes] = field(default_factory=dict)

    def __eq__(self, other: object) -> bool:
        return (
            isinstance(other, Feed)
            and self.others == other.others
            and all(self.sorted(table) == other.sorted(table) for table in tables())
        )

    def rows(self, table: str) -> list[Any]:
        """The rows of one table, by its name."""
        return getattr(self, table)  # type: ignore[no-any-return]

    def sorted(self, table: str) -> list[Any]:
        """The rows of one table in the order of its key."""
        key = tables()[table].key
        return sorted(self.rows(table), key=lambda row: [_sortable(row, name) for name in key])

    def locations(self) -> list[str]:
        """The ids of the zones in locations.geojson. :raises ValueError: it is no such file."""
        if LOCATIONS not in self.others:
            return []
        try:
            value = json.loads(self.others[LOCATIONS])
            return [str(feature["id"]) for feature in value["features"]]
        except (KeyError, TypeError, RecursionError) as error:
            raise ValueError(f"not a collection of features with ids: {error!r}") from error


@cache
def tables() -> dict[str, Table]:
    """The tables of the reference by name, which is the file's without .txt."""
    hints = get_type_hints(Feed)
    names = [each.name for each in fields(Feed) if each.name != "others"]
    return {name: table_of(name, get_args(hints[name])[0]) for name in names}


def values(rows: Iterable[Row], column: str) -> set[Any]:
    """What there is in a column, without blanks."""
    return set(map(attrgetter(column), rows)) - {None}


def _sortable(row: Row, column: str) -> tuple[bool, Any]:
    value = getattr(row, column)
    return value is not None, value
