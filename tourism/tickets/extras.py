"""What else an area sells on a day: rides and services, as its page offers them and as they are asked for."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.urls import reverse

from bookings.contracts import Ask, Member
from kernel.naming import say
from kernel.places import calendar
from kernel.places.models import DayType
from tourism.tickets import queries
from tourism.tickets.facts import ProductFacts, facts_of
from tourism.tickets.models import Product, ProductKind
from tourism.tickets.pricing import ADULT, Fare, fare_like
from tourism.tickets.queries import SlotRow

MOST_OF_A_SERVICE = 20


@dataclass(frozen=True, slots=True)
class TimeRow:
    """An entry time that one may choose, and how many can still be had."""

    ref: str
    label: str
    left: int


@dataclass(frozen=True, slots=True)
class ExtraRow:
    """A ride or service on a day: its times with room, its prices in fen; ``waiting`` is where to wait.

    ``child_fen`` is None where there is no class for children.
    """

    key: str
    name: str
    kind: str
    times: tuple[TimeRow, ...]
    adult_fen: int
    child_fen: int | None
    waiting: str

    @property
    def is_service(self) -> bool:
        return self.kind == ProductKind.ADDON

    @property
    def number_field(self) -> str:
        """What its page calls the field for how many."""
        return f"many_{self.key}"


def extras_of(area_id: int, day: date | None, at: datetime) -> list[ExtraRow]:
    """Rides and services of an area on a day, in their order; none where no day is chosen.

    Five statements however many there are.
    """
    found = extra_ids(area_id) if day else []
    facts = facts_of(found)
    if day is None or not facts:
        return []
    rows: dict[int, list[SlotRow]] = {}
    for row in queries.slots(product_ids=found, first=day, last=day):
        rows.setdefault(row.product_id, []).append(row)
    region_id = next(iter(facts.values())).region.pk
    day_type = calendar.days(region_id=region_id, first=day, last=day)[day].day_type
    shown = (_row(facts[pk], rows.get(pk, ()), day, day_type, at) for pk in found)
    return [row for row in shown if row.times or row.waiting]


def extra_ids(area_id: int) -> list[int]:
    """The rides and services that an area sells, in the order to show them. One statement."""
    rows = Product.objects.filter(area_id=area_id, is_on_sale=True).exclude(
        kind=ProductKind.ADMISSION
    )
    return list(rows.order_by("-kind", "position", "pk").values_list("pk", flat=True))


def asks_for(
    *,
    rides: Collection[str],
    times: Mapping[str, str],
    numbers: Mapping[str, int],
    classes: Sequence[str],
    area_id: int,
    channel: str,
) -> list[Ask]:
    """What was ticked, as asks: rides for everybody in their own classes there, services by number.

    ``times`` has the chosen entry time per product, ``numbers`` how many of each service. What the area
    does not sell is asked for by nobody.
    """
    facts = facts_of(extra_ids(area_id))
    fares = _admission_fares(area_id)
    asks = []
    for pk, fact in facts.items():
        key, ref = str(pk), times.get(str(pk), "")
        if fact.kind is ProductKind.LIFT and key in rides:
            party = [_class_there(fact, fares.get(code)) for code in classes]
        else:
            party = [ADULT] * numbers.get(key, 0)
        if party and ref:
            members = tuple(Member(class_code=code) for code in party)
            asks.append(Ask(fact.sold_as, ref, members, channel=channel))
    return asks


def _admission_fares(area_id: int) -> dict[str, Fare]:
    found = queries.products_of([area_id])
    facts = facts_of(found.values())
    return {fare.code: fare for fact in facts.values() for fare in fact.prices.fares}


def _class_there(facts: ProductFacts, fare: Fare | None) -> str:
    like = fare_like(facts.prices.fares, fare) if fare else None
    return like.code if like else ADULT


def _row(
    facts: ProductFacts, slots: Sequence[SlotRow], day: date, day_type: DayType, at: datetime
) -> ExtraRow:
    fen = facts.prices.by_class(day, day_type)
    coming = [row for row in slots if row.is_open and row.starts_at > at]
    is_shut = facts.shut_on(day) is not None
    free = [] if is_shut else [row for row in coming if row.left > 0]
    full = [] if is_shut else [row for row in coming if row.left <= 0]
    return ExtraRow(
        key=str(facts.product_id),
        name=say(facts.title),
        kind=facts.kind,
        times=tuple(_time(facts, row) for row in free),
        adult_fen=fen.get(ADULT, 0),
        child_fen=next((fen[code] for code in fen if code != ADULT), None),
        waiting=_wait_url(facts, full[0]) if full and not free else "",
    )


def _time(facts: ProductFacts, row: SlotRow) -> TimeRow:
    tz = facts.region.tz
    face = f"{row.starts_at.astimezone(tz):%H:%M}–{row.ends_at.astimezone(tz):%H:%M}"
    return TimeRow(ref=row.ref, label=face, left=row.left)


def _wait_url(facts: ProductFacts, row: SlotRow) -> str:
    path = reverse("waitlist:join", args=[facts.region.slug])
    return f"{path}?kind={facts.sold_as}&ref={row.ref}"
