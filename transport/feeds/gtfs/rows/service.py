"""Who runs what, where and when: the files of the timetable itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from transport.feeds.gtfs.kinds import (
    Ability,
    AgencyRef,
    ChoiceKind,
    Colour,
    Count,
    Day,
    Email,
    Handling,
    Id,
    Language,
    Latitude,
    Length,
    Longitude,
    Number,
    Positive,
    RefKind,
    RouteRef,
    ServiceRef,
    StopRef,
    Text,
    Time,
    TripRef,
    Url,
    YesNo,
    Zone,
)
from transport.feeds.gtfs.rows.base import Row

# The basic types, and the extended ones of the European hierarchy (100 railway … 1700 other).
ROUTE_TYPES = (*range(8), 11, 12, *range(100, 1800))


@dataclass(slots=True)
class Agency(Row):
    KEY = ("agency_id",)

    agency_name: Text
    agency_url: Url
    agency_timezone: Zone
    agency_id: Id | None = None
    agency_lang: Language | None = None
    agency_phone: Text | None = None
    agency_fare_url: Url | None = None
    agency_email: Email | None = None
    cemv_support: Ability | None = None


@dataclass(slots=True)
class Stop(Row):
    """location_type: 0 or None stop, 1 station, 2 entrance, 3 node, 4 boarding area."""

    KEY = ("stop_id",)

    stop_id: Id
    stop_code: Text | None = None
    stop_name: Text | None = None
    tts_stop_name: Text | None = None
    stop_desc: Text | None = None
    stop_lat: Latitude | None = None
    stop_lon: Longitude | None = None
    zone_id: Id | None = None
    stop_url: Url | None = None
    location_type: Annotated[int, ChoiceKind(choices=range(5))] | None = None
    parent_station: StopRef | None = None
    stop_timezone: Zone | None = None
    wheelchair_boarding: Ability | None = None
    level_id: Annotated[str, RefKind(("levels.level_id",))] | None = None
    platform_code: Text | None = None
    stop_access: Annotated[int, ChoiceKind(choices=(0, 1), kept=True)] | None = None


@dataclass(slots=True)
class Route(Row):
    KEY = ("route_id",)

    route_id: Id
    route_type: Annotated[int, ChoiceKind(choices=ROUTE_TYPES, kept=True)]
    agency_id: AgencyRef | None = None
    route_short_name: Text | None = None
    route_long_name: Text | None = None
    route_desc: Text | None = None
    route_url: Url | None = None
    route_color: Colour | None = None
    route_text_color: Colour | None = None
    route_sort_order: Count | None = None
    continuous_pickup: Handling | None = None
    continuous_drop_off: Handling | None = None
    network_id: Id | None = None
    cemv_support: Ability | None = None


@dataclass(slots=True)
class Trip(Row):
    KEY = ("trip_id",)

    route_id: RouteRef
    service_id: ServiceRef
    trip_id: Id
    trip_headsign: Text | None = None
    trip_short_name: Text | None = None
    direction_id: YesNo | None = None
    block_id: Id | None = None
    shape_id: Annotated[str, RefKind(("shapes.shape_id",))] | None = None
    wheelchair_accessible: Ability | None = None
    bikes_allowed: Ability | None = None
    cars_allowed: Ability | None = None
    safe_duration_factor: Number | None = None
    safe_duration_offset: Number | None = None


@dataclass(slots=True)
class StopTime(Row):
    """Times are seconds after noon minus twelve hours; a blank one is None and stays blank."""

    KEY = ("trip_id", "stop_sequence")

    trip_id: TripRef
    stop_sequence: Count
    arrival_time: Time | None = None
    departure_time: Time | None = None
    stop_id: StopRef | None = None
    location_group_id: Annotated[str, RefKind(("location_groups.location_group_id",))] | None = None
    location_id: Id | None = None
    stop_headsign: Text | None = None
    start_pickup_drop_off_window: Time | None = None
    end_pickup_drop_off_window: Time | None = None
    pickup_type: Handling | None = None
    drop_off_type: Handling | None = None
    continuous_pickup: Handling | None = None
    continuous_drop_off: Handling | None = None
    shape_dist_traveled: Length | None = None
    timepoint: YesNo | None = None
    pickup_booking_rule_id: Annotated[str, RefKind(("booking_rules.booking_rule_id",))] | None = (
        None
    )
    drop_off_booking_rule_id: Annotated[str, RefKind(("booking_rules.booking_rule_id",))] | None = (
        None
    )


@dataclass(slots=True)
class Calendar(Row):
    """A week's pattern between two days, both included."""

    KEY = ("service_id",)

    service_id: Id
    monday: YesNo
    tuesday: YesNo
    wednesday: YesNo
    thursday: YesNo
    friday: YesNo
    saturday: YesNo
    sunday: YesNo
    start_date: Day
    end_date: Day


@dataclass(slots=True)
class CalendarDate(Row):
    """exception_type: 1 the service runs on that day, 2 it does not."""

    KEY = ("service_id", "date")

    service_id: Id
    date: Day
    exception_type: Annotated[int, ChoiceKind(choices=(1, 2))]


@dataclass(slots=True)
class Frequency(Row):
    """exact_times 1: departures every headway_secs from start_time until before end_time."""

    KEY = ("trip_id", "start_time")

    trip_id: TripRef
    start_time: Time
    end_time: Time
    headway_secs: Positive
    exact_times: YesNo | None = None


@dataclass(slots=True)
class ShapePoint(Row):
    KEY = ("shape_id", "shape_pt_sequence")

    shape_id: Id
    shape_pt_lat: Latitude
    shape_pt_lon: Longitude
    shape_pt_sequence: Count
    shape_dist_traveled: Length | None = None


@dataclass(slots=True)
class Transfer(Row):
    KEY = (
        "from_stop_id",
        "to_stop_id",
        "from_trip_id",
        "to_trip_id",
        "from_route_id",
        "to_route_id",
    )

    from_stop_id: StopRef | None = None
    to_stop_id: StopRef | None = None
    from_route_id: RouteRef | None = None
    to_route_id: RouteRef | None = None
    from_trip_id: TripRef | None = None
    to_trip_id: TripRef | None = None
    transfer_type: Annotated[int, ChoiceKind(choices=range(6), kept=True)] | None = None
    min_transfer_time: Count | None = None
