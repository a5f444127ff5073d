"""What a ride costs: fares v1 (attributes and rules) and fares v2 (products, legs, transfers)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

from transport.feeds.gtfs.kinds import (
    AgencyRef,
    Amount,
    ChoiceKind,
    Count,
    Currency,
    Id,
    NonZero,
    Positive,
    Price,
    RefKind,
    RouteRef,
    ServiceRef,
    StopRef,
    Text,
    Time,
    Url,
    YesNo,
)
from transport.feeds.gtfs.rows.base import Row

ZoneRef = Annotated[str, RefKind(("stops.zone_id",))]
AreaRef = Annotated[str, RefKind(("areas.area_id",))]
NetworkRef = Annotated[str, RefKind(("networks.network_id", "routes.network_id"))]
TimeframeRef = Annotated[str, RefKind(("timeframes.timeframe_group_id",))]
LegGroupRef = Annotated[str, RefKind(("fare_leg_rules.leg_group_id",))]
ProductRef = Annotated[str, RefKind(("fare_products.fare_product_id",))]


@dataclass(slots=True)
class FareAttribute(Row):
    """transfers: None is any number of them; payment_method: 0 on board, 1 before."""

    KEY = ("fare_id",)

    fare_id: Id
    price: Price
    currency_type: Currency
    payment_method: YesNo
    transfers: Annotated[int, ChoiceKind(choices=(0, 1, 2))] | None = None
    agency_id: AgencyRef | None = None
    transfer_duration: Count | None = None


@dataclass(slots=True)
class FareRule(Row):
    fare_id: Annotated[str, RefKind(("fare_attributes.fare_id",))]
    route_id: RouteRef | None = None
    origin_id: ZoneRef | None = None
    destination_id: ZoneRef | None = None
    contains_id: ZoneRef | None = None


@dataclass(slots=True)
class Timeframe(Row):
    timeframe_group_id: Id
    service_id: ServiceRef
    start_time: Time | None = None
    end_time: Time | None = None


@dataclass(slots=True)
class RiderCategory(Row):
    KEY = ("rider_category_id",)

    rider_category_id: Id
    rider_category_name: Text
    is_default_fare_category: YesNo | None = None
    eligibility_url: Url | None = None


@dataclass(slots=True)
class FareMedium(Row):
    KEY = ("fare_media_id",)

    fare_media_id: Id
    fare_media_type: Annotated[int, ChoiceKind(choices=range(5), kept=True)]
    fare_media_name: Text | None = None


@dataclass(slots=True)
class FareProduct(Row):
    KEY = ("fare_product_id", "rider_category_id", "fare_media_id")

    fare_product_id: Id
    amount: Amount
    currency: Currency
    fare_product_name: Text | None = None
    rider_category_id: Annotated[str, RefKind(("rider_categories.rider_category_id",))] | None = (
        None
    )
    fare_media_id: Annotated[str, RefKind(("fare_media.fare_media_id",))] | None = None


@dataclass(slots=True)
class FareLegRule(Row):
    KEY = (
        "network_id",
        "from_area_id",
        "to_area_id",
        "from_timeframe_group_id",
        "to_timeframe_group_id",
        "fare_product_id",
    )

    fare_product_id: ProductRef
    leg_group_id: Id | None = None
    network_id: NetworkRef | None = None
    from_area_id: AreaRef | None = None
    to_area_id: AreaRef | None = None
    from_timeframe_group_id: TimeframeRef | None = None
    to_timeframe_group_id: TimeframeRef | None = None
    rule_priority: Count | None = None


@dataclass(slots=True)
class FareLegJoinRule(Row):
    KEY = ("from_network_id", "to_network_id", "from_stop_id", "to_stop_id")

    from_network_id: NetworkRef
    to_network_id: NetworkRef
    from_stop_id: StopRef | None = None
    to_stop_id: StopRef | None = None


@dataclass(slots=True)
class FareTransferRule(Row):
    KEY = (
        "from_leg_group_id",
        "to_leg_group_id",
        "fare_product_id",
        "transfer_count",
        "duration_limit",
    )

    fare_transfer_type: Annotated[int, ChoiceKind(choices=range(3), kept=True)]
    from_leg_group_id: LegGroupRef | None = None
    to_leg_group_id: LegGroupRef | None = None
    transfer_count: NonZero | None = None
    duration_limit: Positive | None = None
    duration_limit_type: Annotated[int, ChoiceKind(choices=range(4), kept=True)] | None = None
    fare_product_id: ProductRef | None = None


@dataclass(slots=True)
class Area(Row):
    KEY = ("area_id",)

    area_id: Id
    area_name: Text | None = None


@dataclass(slots=True)
class StopArea(Row):
    area_id: AreaRef
    stop_id: StopRef


@dataclass(slots=True)
class Network(Row):
    KEY = ("network_id",)

    network_id: Id
    network_name: Text | None = None


@dataclass(slots=True)
class RouteNetwork(Row):
    KEY = ("route_id",)

    network_id: Annotated[str, RefKind(("networks.network_id",))]
    route_id: RouteRef
