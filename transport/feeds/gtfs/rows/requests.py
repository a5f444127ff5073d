"""Rides on request (GTFS-Flex): groups of stops and how a ride is booked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from transport.feeds.gtfs.kinds import (
    ChoiceKind,
    Count,
    Id,
    RefKind,
    ServiceRef,
    StopRef,
    Text,
    Time,
    Url,
)
from transport.feeds.gtfs.rows.base import Row


@dataclass(slots=True)
class LocationGroup(Row):
    KEY = ("location_group_id",)

    location_group_id: Id
    location_group_name: Text | None = None


@dataclass(slots=True)
class LocationGroupStop(Row):
    location_group_id: Annotated[str, RefKind(("location_groups.location_group_id",))]
    stop_id: StopRef


@dataclass(slots=True)
class BookingRule(Row):
    """booking_type: 0 at once, 1 the same day with notice (minutes), 2 on a day before."""

    KEY = ("booking_rule_id",)

    booking_rule_id: Id
    booking_type: Annotated[int, ChoiceKind(choices=(0, 1, 2))]
    prior_notice_duration_min: Count | None = None
    prior_notice_duration_max: Count | None = None
    prior_notice_last_day: Count | None = None
    prior_notice_last_time: Time | None = None
    prior_notice_start_day: Count | None = None
    prior_notice_start_time: Time | None = None
    prior_notice_service_id: ServiceRef | None = None
    message: Text | None = None
    pickup_message: Text | None = None
    drop_off_message: Text | None = None
    phone_number: Text | None = None
    info_url: Url | None = None
    booking_url: Url | None = None
