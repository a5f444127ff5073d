"""Rides of cableways and inner shuttles as products: each way, by the hour, at their own prices."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import time
from typing import Any

from kernel.places.loading import Tally, merge
from kernel.places.models import Region
from tourism.areas.models import Cableway
from tourism.tickets.models import Concession, Product, ProductKind, SlotPattern, Way
from tourism.tickets.pricing import ADULT

ALL, HALF = 1000, 500
CHILD_UNTIL = 18
"""Whoever pays half at the gates rides as a child."""

_LAST_HOUR = 23
_WAYS = {
    False: {Way.UP: ("上行", "up"), Way.DOWN: ("下行", "down")},
    True: {Way.UP: ("去程", "out"), Way.DOWN: ("返程", "back")},
}
_CLASSES = (
    (ADULT, "成人", "Adult", None, None, ALL),
    ("child", "儿童", "Child", 0, CHILD_UNTIL, HALF),
)
Values = dict[str, Any]


def put(region: Region, terms_of: Callable[[str], Values]) -> Sequence[Tally]:
    """Products, classes and hourly entry times for every cableway of a region.

    ``terms_of`` gives what all products of the area with this slug start with. What belongs to a confirmed
    product stays as it is.
    """
    lifts = list(Cableway.objects.filter(area__region=region).select_related("area"))
    rides = Product.objects.filter(area__region=region, kind=ProductKind.LIFT)
    put_rides = merge(
        rides,
        key=("cableway_id", "way"),
        rows=[_ride(lift, way, terms_of(lift.area.slug)) for lift in lifts for way in Way],
    )
    followed = list(rides.filter(confirmed_at__isnull=True).select_related("cableway"))
    return [
        put_rides,
        merge(
            Concession.objects.filter(product__in=followed),
            key=("product_id", "code"),
            rows=[row for ride in followed for row in _classes(ride)],
        ),
        merge(
            SlotPattern.objects.filter(product__in=followed),
            key=("product_id", "season", "weekdays", "starts"),
            rows=[row for ride in followed for row in _hours(ride)],
        ),
    ]


def _ride(lift: Cableway, way: Way, terms: Values) -> Values:
    zh, en = _WAYS[lift.is_shuttle][way]
    return {
        "area_id": lift.area_id,
        "kind": ProductKind.LIFT.value,
        "code": f"{lift.slug}-{way.value.lower()}",
        "cableway_id": lift.pk,
        "way": way.value,
        "name_zh": f"{lift.name_zh} {zh}",
        "name_en": f"{lift.name_en}, {en}",
        "peak_price_fen": lift.peak_adult_fen,
        "off_price_fen": lift.off_adult_fen,
        "source": lift.source,
        "confidence": lift.confidence,
        **terms,
    }


def _classes(ride: Product) -> Iterator[Values]:
    """Adults, and children at the price that is published for them."""
    lift = ride.cableway
    assert lift is not None
    for position, (code, zh, en, age_from, age_to, permille) in enumerate(_CLASSES):
        is_child = code != ADULT
        yield {
            "product_id": ride.pk,
            "code": code,
            "position": position,
            "name_zh": zh,
            "name_en": en,
            "age_from": age_from,
            "age_to": age_to,
            "permille": permille,
            "peak_price_fen": lift.peak_child_fen if is_child else None,
            "off_price_fen": lift.off_child_fen if is_child else None,
            "source": ride.source,
            "confidence": ride.confidence,
        }


def _hours(ride: Product) -> Iterable[Values]:
    """An entry time for each hour in which it runs in either season; the hours of the day cut them."""
    lift = ride.cableway
    assert lift is not None
    opens = [each for each in (lift.peak_opens, lift.off_opens) if each is not None]
    closes = [each for each in (lift.peak_closes, lift.off_closes) if each is not None]
    if not opens:
        return []
    last = max((each.hour if each.minute else each.hour - 1) for each in closes)
    return [
        {
            "product_id": ride.pk,
            "season": "ANY",
            "weekdays": "1234567",
            "starts": time(hour),
            "ends": time(hour + 1) if hour < _LAST_HOUR else time(hour, 59),
            "permille": ALL,
        }
        for hour in range(min(opens).hour, last + 1)
    ]
