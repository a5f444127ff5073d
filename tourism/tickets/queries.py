"""Reads of entry times and what is left of them. Counts are for showing; only ``take`` decides."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q, QuerySet, Subquery

from bookings.inventory import queries as inventory
from bookings.inventory.models import Bucket, Channel, Quota
from bookings.news.choices import OpenChoice
from kernel.memo import Memo
from kernel.places import calendar
from kernel.places.models import DayType
from tourism.areas.models import ScenicArea
from tourism.areas.posts import read_zone
from tourism.tickets.facts import ProductFacts
from tourism.tickets.models import (
    Admission,
    AnnualCard,
    Choice,
    Product,
    ProductKind,
    Slot,
    StoppedLine,
    Way,
)


@dataclass(frozen=True, slots=True)
class SlotRow:
    """One entry time with the units left in it, and left on its day for this site."""

    id: int
    product_id: int
    date: date
    starts_at: datetime
    ends_at: datetime
    is_open: bool
    slot_left: int
    day_left: int

    @property
    def left(self) -> int:
        """What this site may still sell: the least of all limits."""
        return min(self.slot_left, self.day_left)

    @property
    def ref(self) -> str:
        """How the core names this entry time."""
        return str(self.id)

    def is_sellable(self, at: datetime) -> bool:
        """Open, not begun, and with room for at least one."""
        return self.is_open and at < self.starts_at and self.left > 0


class DayState(StrEnum):
    """What a calendar says of a day."""

    PAST = "PAST"
    CLOSED = "CLOSED"
    NOT_YET = "NOT_YET"
    FULL = "FULL"
    FREE = "FREE"


@dataclass(frozen=True, slots=True)
class DayRow:
    """One day of a product's calendar; ``left`` counts only entry times that can still be had."""

    date: date
    state: DayState
    left: int
    day_type: DayType
    holiday: Mapping[str, str]
    adult_fen: int


def slots(*, product_ids: Collection[int], first: date, last: date) -> list[SlotRow]:
    """Entry times of products from ``first`` to ``last``, both included. Two statements."""
    rows = list(
        with_channels(Slot.objects.filter(product_id__in=product_ids))
        .filter(day__date__range=(first, last))
        .order_by("starts_at", "product_id")
    )
    buckets = {slot.bucket_id for slot in rows}
    for slot in rows:
        buckets |= {slot.day.bucket_id, slot.day.own_bucket_id, *own_quota(slot)}
    left = inventory.left(buckets)
    return [_row(slot, left) for slot in rows]


_slots_known: Memo[int, Slot] = Memo(seconds=1)


def slots_by_id(slot_ids: Collection[int]) -> dict[int, Slot]:
    """Slots with their days, by id, at most a second old; unknown ids are absent. One statement or none.

    Buckets of a slot never change; whether it is open, and at the same time, ``admit`` looks at again.
    """
    return _slots_known.get_many(
        set(slot_ids), lambda ids: with_channels(Slot.objects.all()).in_bulk(ids)
    )


def with_channels(slots: QuerySet[Slot]) -> QuerySet[Slot]:
    """Entry times with their day and the buckets of their quotas, in the same statement."""
    return slots.select_related("day").annotate(channel_rows=inventory.channels_column())


def quotas_of(slot: Slot) -> dict[str, int]:
    """Bucket id per channel of an entry time read ``with_channels``; empty: it is not divided."""
    rows: list[dict[str, Any]] = slot.channel_rows  # type: ignore[attr-defined]
    return {row["channel"]: row["bucket_id"] for row in rows}


def own_quota(slot: Slot) -> list[int]:
    """The bucket of own sale of an entry time read ``with_channels``, if it is divided."""
    return [bucket for channel, bucket in quotas_of(slot).items() if channel == Channel.OWN]


def called_off_among(slot_ids: Iterable[int]) -> set[int]:
    """Which of these entry times are called off, or closed because it stands still there."""
    off = Q(called_off_at__isnull=False) | Q(suspension_id__isnull=False)
    return set(Slot.objects.filter(off, pk__in=set(slot_ids)).values_list("pk", flat=True))


def slots_of_zone(zone: str) -> QuerySet[Slot]:
    """The entry times whose vouchers are good in a zone ("area:3", "lift:5", "desk:3"), with their areas."""
    kind, pk = read_zone(zone)
    slots = Slot.objects.select_related("product__area__region")
    if kind == "lift":
        return slots.filter(product__cableway_id=pk)
    sold = {"area": ProductKind.ADMISSION, "desk": ProductKind.ADDON}.get(kind)
    return slots.filter(product__area_id=pk, product__kind=sold) if sold else slots.none()


def areas_for_groups(region_id: int) -> list[ScenicArea]:
    """The areas of a region that sell admission to groups, by name. One statement."""
    sold = ScenicArea.objects.filter(
        region_id=region_id,
        products__kind=ProductKind.ADMISSION,
        products__is_on_sale=True,
        products__channel_shares__channel=Channel.GROUP,
    )
    return list(sold.select_related("region").distinct().order_by("slug"))


def times_for_groups(area: ScenicArea, *, at: datetime) -> list[tuple[str, str]]:
    """The open entry times of an area that have a quota for groups, as choices. One statement."""
    slots = Slot.objects.filter(
        product__area=area,
        product__kind=ProductKind.ADMISSION,
        is_open=True,
        starts_at__gt=at,
        bucket_id__in=Quota.objects.filter(channel=Channel.GROUP).values("whole_id"),
    )
    tz = area.region.tz
    return [
        (
            str(slot.pk),
            f"{slot.starts_at.astimezone(tz):%Y-%m-%d %H:%M}–{slot.ends_at.astimezone(tz):%H:%M}",
        )
        for slot in slots.order_by("starts_at")
    ]


def admitted_on(day_id: int, indexes: Collection[str]) -> set[str]:
    """Whose documents have admission on a day. One statement."""
    rows = Admission.objects.filter(day_id=day_id, document_index__in=set(indexes))
    return set(rows.values_list("document_index", flat=True))


def stopped_line(*, order_id: int, line_id: int) -> StoppedLine | None:
    """What a stop asks the holder of a line of an order, the latest."""
    rows = StoppedLine.objects.filter(line__order_id=order_id, line_id=line_id)
    return rows.select_related("suspension", "line__order__region").order_by("-pk").first()


def open_choices(line_ids: Collection[int]) -> list[OpenChoice]:
    """Which of these lines stand still and have something to choose. One statement."""
    rows = StoppedLine.objects.filter(
        line__in=line_ids, ended_at__isnull=True, choice__in=(Choice.OPEN, Choice.WAIT)
    )
    return [
        OpenChoice(
            row.line_id, "areas:stopped", row.decide_by if row.choice == Choice.OPEN else None
        )
        for row in rows.order_by("pk")
    ]


def card_holders(area_id: int, indexes: Collection[str], day: date) -> set[str]:
    """Whose documents have an annual card of an area that is good on a day. One statement or none."""
    if not indexes:
        return set()
    cards = AnnualCard.objects.filter(
        area_id=area_id,
        document_index__in=set(indexes),
        valid_from__lte=day,
        valid_until__gte=day,
        revoked_at__isnull=True,
    )
    return set(cards.values_list("document_index", flat=True))


def buckets_of(slot: Slot) -> list[int]:
    """All buckets that count its places, for an entry time read ``with_channels``."""
    day = slot.day
    return [slot.bucket_id, day.bucket_id, day.own_bucket_id, *quotas_of(slot).values()]


def with_counts(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Slots or days with the ``capacity`` and ``taken`` of their bucket, to sort and show."""
    bucket = Bucket.objects.filter(pk=OuterRef("bucket_id"))
    counted: QuerySet[Any] = rows.annotate(
        capacity=Subquery(bucket.values("capacity")), taken=Subquery(bucket.values("taken"))
    )
    return counted


def with_shares(rows: QuerySet[Any], shares: ArraySubquery) -> QuerySet[Any]:
    """Rows with their ``shares``."""
    shared: QuerySet[Any] = rows.annotate(shares=shares)
    return shared


def shares_by_slot() -> ArraySubquery:
    """For a query of slots: their ``shares``, as a bar draws them."""
    return inventory.shares_column(Quota.objects.filter(whole=OuterRef("bucket_id")))


def shares_by_day() -> ArraySubquery:
    """For a query of days: the shares of all their entry times together."""
    wholes = Slot.objects.filter(day=OuterRef(OuterRef("pk"))).values("bucket_id")
    return inventory.shares_column(Quota.objects.filter(whole__in=wholes))


def calendar_of(
    facts: ProductFacts, rows: Iterable[SlotRow], *, first: date, last: date, at: datetime
) -> list[DayRow]:
    """Every day from ``first`` to ``last`` as a calendar shows it. One statement."""
    days = calendar.days(region_id=facts.region.pk, first=first, last=last)
    by_date: dict[date, list[SlotRow]] = {day: [] for day in days}
    for row in rows:
        if row.date in by_date:
            by_date[row.date].append(row)
    last_laid = max((day for day, found in by_date.items() if found), default=date.min)
    return [_day(facts, days[day], by_date[day], last_laid, at) for day in sorted(days)]


def products_of(area_ids: Collection[int]) -> dict[int, int]:
    """The admission on sale per area id. One statement."""
    rows = Product.objects.filter(area_id__in=area_ids, kind=ProductKind.ADMISSION, is_on_sale=True)
    return dict(rows.values_list("area_id", "pk"))


def _row(slot: Slot, left: Mapping[int, int]) -> SlotRow:
    day_left = min(left.get(slot.day.bucket_id, 0), left.get(slot.day.own_bucket_id, 0))
    return SlotRow(
        id=slot.pk,
        product_id=slot.product_id,
        date=slot.day.date,
        starts_at=slot.starts_at,
        ends_at=slot.ends_at,
        is_open=slot.is_open,
        slot_left=min(left.get(bucket, 0) for bucket in (slot.bucket_id, *own_quota(slot))),
        day_left=day_left,
    )


def day_left(rows: Iterable[SlotRow], at: datetime) -> int:
    """What this site may still sell of one day: its open slots together, within the day's limit."""
    sellable = [row for row in rows if row.is_sellable(at)]
    if not sellable:
        return 0
    return min(sum(row.slot_left for row in sellable), sellable[0].day_left)


def _day(
    facts: ProductFacts, day: calendar.Day, rows: list[SlotRow], last_laid: date, at: datetime
) -> DayRow:
    return DayRow(
        date=day.date,
        state=_state(facts, day.date, rows, last_laid, at),
        left=day_left(rows, at),
        day_type=day.day_type,
        holiday={"zh-hans": day.name_zh, "en": day.name_en},
        adult_fen=facts.prices.adult_fen(day.date, day.day_type),
    )


def _state(
    facts: ProductFacts, day: date, rows: list[SlotRow], last_laid: date, at: datetime
) -> DayState:
    if day < facts.region.local_date(at) or (rows and all(row.starts_at <= at for row in rows)):
        return DayState.PAST
    if facts.shut_on(day) or not any(row.is_open for row in rows):
        return DayState.CLOSED if rows or day <= last_laid else DayState.NOT_YET
    return DayState.FREE if day_left(rows, at) else DayState.FULL


@dataclass(frozen=True, slots=True)
class RideTime:
    """An entry time of a cableway in one way, and its bucket."""

    cableway_id: int
    starts_at: datetime
    ends_at: datetime
    bucket_id: int
    is_open: bool


def ride_times(cableway_ids: Collection[int], way: Way, *, day: date) -> list[RideTime]:
    """When these cableways carry people one way on a day, by time. One statement."""
    rows = Slot.objects.filter(
        product__cableway__in=cableway_ids,
        product__way=way,
        product__is_on_sale=True,
        day__date=day,
        called_off_at__isnull=True,
    ).order_by("starts_at", "pk")
    names = ("product__cableway_id", "starts_at", "ends_at", "bucket_id", "is_open")
    return [RideTime(*row) for row in rows.values_list(*names)]
