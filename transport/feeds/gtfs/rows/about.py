"""The feed about itself: its publisher, other languages, whose work it is."""

from __future__ import annotations

from dataclasses import dataclass

from transport.feeds.gtfs.kinds import (
    AgencyRef,
    Day,
    Email,
    Id,
    Language,
    RouteRef,
    Text,
    TripRef,
    Url,
    YesNo,
)
from transport.feeds.gtfs.rows.base import Row


@dataclass(slots=True)
class Translation(Row):
    """Another language's words for one record's field, or for a field's value wherever it is."""

    KEY = ("table_name", "field_name", "language", "record_id", "record_sub_id", "field_value")

    table_name: Text
    field_name: Text
    language: Language
    translation: Text
    record_id: Id | None = None
    record_sub_id: Id | None = None
    field_value: Text | None = None


@dataclass(slots=True)
class FeedInfo(Row):
    feed_publisher_name: Text
    feed_publisher_url: Url
    feed_lang: Language
    default_lang: Language | None = None
    feed_start_date: Day | None = None
    feed_end_date: Day | None = None
    feed_version: Text | None = None
    feed_contact_email: Email | None = None
    feed_contact_url: Url | None = None


@dataclass(slots=True)
class Attribution(Row):
    organization_name: Text
    attribution_id: Id | None = None
    agency_id: AgencyRef | None = None
    route_id: RouteRef | None = None
    trip_id: TripRef | None = None
    is_producer: YesNo | None = None
    is_operator: YesNo | None = None
    is_authority: YesNo | None = None
    attribution_url: Url | None = None
    attribution_email: Email | None = None
    attribution_phone: Text | None = None
