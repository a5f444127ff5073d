"""Lay out entry times by pattern, change single ones by hand.

What a hand has set (``is_override``) no pattern touches. A count never falls below what is sold:
the refusal names the orders that hold the places.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from bookings.inventory import operations as inventory
from bookings.inventory import queries as counts
from bookings.inventory.operations import BelowTaken, BucketSpec, Division
from bookings.orders import queries as orders
from kernel.audit import operations as audit
from kernel.errors import Refusal
from tourism.tickets.models import EntryDay, Product, Slot
from tourism.tickets.plans import Plan, day_cap, plans_of

_SHOWN_ORDERS = 20
_BEFORE_ALL = datetime.min.replace(tzinfo=UTC)
"""Channels of new entry times get their share; where its time is over, the next round releases it."""


class PlacesSold(Refusal):
    """The new number is below what is sold. ``orders`` has the codes of the orders affected."""

    code = "places_sold"
    message = _(
        "%(taken)s places are sold, so it cannot be %(capacity)s. Orders: %(codes)s%(more)s"
    )


@dataclass(frozen=True, slots=True)
class Made:
    """What laying out made: days, entry times."""

    days: int
    slots: int


@dataclass(slots=True)
class Followed:
    """What following the patterns again did to the entry times that exist."""

    made: int = 0
    changed: int = 0
    closed: int = 0
    kept: int = 0
    refused: list[PlacesSold] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Planned:
    """What laying out would make for a product: days and entry times asked for, and how many are there."""

    product: Product
    days: int
    slots: int
    there: int

    @property
    def missing(self) -> int:
        return self.slots - self.there


def plan_days(*, product_ids: Collection[int], first: date, last: date) -> list[Planned]:
    """What ``create_days`` is going to do, product by product. Nothing is written."""
    planned = []
    for product in _products(product_ids):
        plans = list(plans_of(product, first, last))
        there = _laid_out(plans) if plans else set()
        planned.append(
            Planned(
                product=product,
                days=len({plan.date for plan in plans}),
                slots=len(plans),
                there=sum((plan.product_id, plan.starts_at) in there for plan in plans),
            )
        )
    return planned


def create_days(*, product_ids: Collection[int], first: date, last: date) -> Made:
    """Lay out the entry times of products from ``first`` to ``last``, both included.

    What exists stays as it is. Set-based: a handful of statements for any number of days.
    """
    with transaction.atomic():
        products = _products(product_ids)
        plans = [plan for product in products for plan in plans_of(product, first, last)]
        days_before = _days(product_ids, first, last)
        days = _make_days(products, plans, days_before)
        made = _make_slots(plans, days)
    return Made(days=len(days) - len(days_before), slots=made)


def follow_patterns(
    *, product: Product, first: date, last: date, actor: str, at: datetime
) -> Followed:
    """Bring coming entry times back in line with edited patterns and limits.

    Missing ones are made, others get the pattern's number of places, those that no pattern asks for
    any more are closed. Overrides stay; a number below what is sold is left and reported. Audited.
    """
    done = Followed()
    [product] = _products([product.pk])
    plans = {plan.starts_at: plan for plan in plans_of(product, first, last)}
    with transaction.atomic():
        _follow_days(product, first, last, done, at)
        existing = Slot.objects.filter(
            product=product, day__date__range=(first, last), starts_at__gt=at
        )
        slots = list(existing.order_by("starts_at"))
        followed = [(slot, plans.get(slot.starts_at)) for slot in slots]
        reopened = [_follow(slot, plan, done) for slot, plan in followed]
        _divide_again(
            [
                (_division(slot.bucket_id, plan), is_reopened)
                for (slot, plan), is_reopened in zip(followed, reopened, strict=True)
                if plan is not None and not slot.is_override
            ],
            done,
            at,
        )
        done.made = create_days(product_ids=[product.pk], first=first, last=last).slots
        audit.record(
            actor=actor, action="tickets.follow-patterns", subject=f"product:{product.pk}", at=at,
            facts={
                "first": f"{first}", "last": f"{last}", "made": done.made,
                "changed": done.changed, "closed": done.closed, "kept": done.kept,
            },
        )  # fmt: skip
    return done


def set_slot(
    *,
    slot: Slot,
    actor: str,
    at: datetime,
    capacity: int | None = None,
    is_open: bool | None = None,
) -> None:
    """Change one entry time by hand; from then on patterns leave it alone. Audited.

    :raises PlacesSold: more places are sold than ``capacity``; nothing has changed.
    """
    facts: dict[str, object] = {}
    with transaction.atomic():
        if capacity is not None:
            _resize(slot.bucket_id, capacity, at)
            facts["capacity"] = capacity
        if is_open is not None:
            slot.is_open = is_open
            if is_open:
                slot.called_off_at = slot.suspension_id = None
            facts["is_open"] = is_open
        slot.is_override = True
        slot.save(update_fields=["is_open", "is_override", "called_off_at", "suspension_id"])
        audit.record(
            actor=actor, action="tickets.slot.set", subject=f"slot:{slot.pk}", facts=facts, at=at
        )


def set_day(*, day: EntryDay, capacity: int, actor: str, at: datetime) -> None:
    """Change the limit of one day by hand; the own channel keeps its share of it. Audited.

    :raises PlacesSold: more places are sold than the new limit; nothing has changed.
    """
    with transaction.atomic():
        _reshape(day.bucket_id, capacity, at)
        _reshape(day.own_bucket_id, _own_share(capacity, day.product), at)
        day.is_override = True
        day.save(update_fields=["is_override"])
        audit.record(
            actor=actor,
            action="tickets.day.set",
            subject=f"entry-day:{day.pk}",
            facts={"capacity": capacity},
            at=at,
        )


def _products(product_ids: Collection[int]) -> list[Product]:
    """Products with their areas, hours, patterns and channel shares, in four statements."""
    return list(
        Product.objects.filter(pk__in=product_ids)
        .select_related("area__region", "cableway")
        .prefetch_related("area__hours", "patterns", "channel_shares")
        .order_by("pk")
    )


def _days(
    product_ids: Collection[int], first: date, last: date
) -> dict[tuple[int, date], EntryDay]:
    rows = EntryDay.objects.filter(product_id__in=product_ids, date__range=(first, last))
    return {(day.product_id, day.date): day for day in rows}


def _make_days(
    products: Sequence[Product],
    plans: Sequence[Plan],
    known: dict[tuple[int, date], EntryDay],
) -> dict[tuple[int, date], EntryDay]:
    """The days of the plans, with the missing ones made together with their two buckets."""
    by_id = {product.pk: product for product in products}
    missing = sorted({(plan.product_id, plan.date) for plan in plans} - set(known))
    if not missing:
        return known
    ids = inventory.shape([spec for pid, day in missing for spec in _day_specs(by_id[pid], day)])
    EntryDay.objects.bulk_create(
        [
            EntryDay(
                product_id=pid,
                region_id=by_id[pid].area.region_id,
                date=day,
                bucket_id=ids[f"ticket-day:{pid}:{day}"],
                own_bucket_id=ids[f"ticket-day:{pid}:{day}:own"],
            )
            for pid, day in missing
        ],
        ignore_conflicts=True,
    )
    dates = [day for _pid, day in missing]
    return known | _days(by_id, min(dates), max(dates))


def _day_specs(product: Product, day: date) -> tuple[BucketSpec, BucketSpec]:
    key, region_id = f"ticket-day:{product.pk}:{day}", product.area.region_id
    cap = day_cap(product, day)
    return (
        BucketSpec(key, region_id, cap),
        BucketSpec(f"{key}:own", region_id, _own_share(cap, product)),
    )


def _own_share(capacity: int, product: Product) -> int:
    return capacity * product.own_permille // 1000


def _make_slots(plans: Sequence[Plan], days: dict[tuple[int, date], EntryDay]) -> int:
    """Make the planned slots that do not exist, with their buckets; how many were made."""
    if not plans:
        return 0
    existing = _laid_out(plans)
    missing = {p.key: p for p in plans if (p.product_id, p.starts_at) not in existing}
    ids = inventory.shape(
        [BucketSpec(plan.key, plan.region_id, plan.capacity) for plan in missing.values()]
    )
    Slot.objects.bulk_create(
        [
            Slot(
                day=days[plan.product_id, plan.date],
                product_id=plan.product_id,
                region_id=plan.region_id,
                starts_at=plan.starts_at,
                ends_at=plan.ends_at,
                bucket_id=ids[key],
            )
            for key, plan in missing.items()
        ],
        ignore_conflicts=True,
        batch_size=1000,
    )
    shared = [(key, plan) for key, plan in missing.items() if plan.shares]
    if shared:
        inventory.divide([_division(ids[key], plan) for key, plan in shared], at=_BEFORE_ALL)
    return len(missing)


def _laid_out(plans: Sequence[Plan]) -> set[tuple[int, datetime]]:
    """Where these products have entry times, and where they had some that were moved away by hand."""
    starts = [plan.starts_at for plan in plans]
    slots = Slot.objects.filter(product_id__in={plan.product_id for plan in plans})
    within = (min(starts), max(starts))
    return {
        *slots.filter(starts_at__range=within).values_list("product_id", "starts_at"),
        *(
            (s.product_id, s.moved_from)
            for s in slots.filter(moved_from__range=within)
            if s.moved_from
        ),
    }


def _follow_days(product: Product, first: date, last: date, done: Followed, at: datetime) -> None:
    days = [day for day in _days([product.pk], first, last).values() if not day.is_override]
    held = counts.counts([b for day in days for b in (day.bucket_id, day.own_bucket_id)])
    for day in days:
        cap = day_cap(product, day.date)
        for bucket_id, wanted in (
            (day.bucket_id, cap),
            (day.own_bucket_id, _own_share(cap, product)),
        ):
            if held[bucket_id][0] != wanted:
                _try_reshape(bucket_id, wanted, done, at)


def _follow(slot: Slot, plan: Plan | None, done: Followed) -> bool:
    """Whether a planned entry time was closed or ended otherwise, and is as planned again."""
    if slot.is_override or slot.suspension_id is not None:
        done.kept += 1
    elif plan is None:
        if slot.is_open:
            Slot.objects.filter(pk=slot.pk).update(is_open=False)
            done.closed += 1
    else:
        other = Slot.objects.filter(pk=slot.pk).exclude(is_open=True, ends_at=plan.ends_at)
        return bool(other.update(is_open=True, ends_at=plan.ends_at))
    return False


def _division(bucket_id: int, plan: Plan) -> Division:
    return Division(bucket_id, until=plan.ends_at, shares=plan.shares, capacity=plan.capacity)


def _divide_again(wanted: Sequence[tuple[Division, bool]], done: Followed, at: datetime) -> None:
    """Give entry times their places and their channels theirs; one that is reopened has changed, too."""
    answers = inventory.divide([division for division, _reopened in wanted], at=at)
    for (division, is_reopened), answer in zip(wanted, answers, strict=True):
        if isinstance(answer, BelowTaken):
            done.refused.append(_places_sold(division.whole_id, answer))
        else:
            done.changed += answer or is_reopened


def _try_reshape(bucket_id: int, capacity: int, done: Followed, at: datetime) -> None:
    try:
        _reshape(bucket_id, capacity, at)
    except PlacesSold as refusal:
        done.refused.append(refusal)


def _reshape(bucket_id: int, capacity: int, at: datetime) -> None:
    try:
        inventory.reshape(bucket_id=bucket_id, capacity=capacity, at=at)
    except BelowTaken as below:
        raise _places_sold(bucket_id, below) from None


def _resize(bucket_id: int, capacity: int, at: datetime) -> None:
    try:
        inventory.resize(bucket_id=bucket_id, capacity=capacity, at=at)
    except BelowTaken as below:
        raise _places_sold(bucket_id, below) from None


def _places_sold(bucket_id: int, below: BelowTaken) -> PlacesSold:
    codes = list(
        orders.holding_buckets([bucket_id]).values_list("code", flat=True)[: _SHOWN_ORDERS + 1]
    )
    more = " …" if len(codes) > _SHOWN_ORDERS else ""
    shown = codes[:_SHOWN_ORDERS]
    return PlacesSold(
        field="capacity", **below.facts, orders=shown, codes=", ".join(shown), more=more
    )
