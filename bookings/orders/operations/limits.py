"""At most so much for one real person in a period: buckets of the person's own, taken with all others.

A seller says with each part whose it is and which limits hold. Each limit of each person is a Bucket,
made when it is first asked for; the part's units of it are demands like those of its places: taken in
the same statement, given back with the part. The rule is in docs/algorithms/limits.md.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from django.db.models import F
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from bookings.contracts import Demand, Limit, Offer, Part, Period
from bookings.inventory import operations as inventory
from bookings.inventory import queries as inventory_of
from bookings.inventory.operations import BucketSpec
from bookings.orders.models import Hold, Line
from bookings.orders.operations.asking import Quoted
from kernel.errors import Refusal


class LimitReached(Refusal):
    """Somebody of the party has as much of it as one person may have."""

    code = "limit_reached"
    message = gettext_lazy(
        "%(title)s: one person may have at most %(most)s %(period)s. %(person)s has them already."
    )


def counted(answers: Sequence[Quoted | Refusal]) -> list[Quoted | Refusal]:
    """The answers with the buckets of all limits among their parts' demands. Outside any transaction."""
    limits = {
        limit.key: BucketSpec(limit.key, offer.region_id, limit.most)
        for answer in answers
        if not isinstance(answer, Refusal)
        for offer in answer.offers
        for part in offer.parts
        for limit in part.limits
    }
    if not limits:
        return list(answers)
    ids = inventory.shape_limits([limits[key] for key in sorted(limits)])
    return [
        answer if isinstance(answer, Refusal) else _with_buckets(answer, ids) for answer in answers
    ]


def _with_buckets(answer: Quoted, ids: Mapping[str, int]) -> Quoted:
    offers = [
        replace(offer, parts=tuple(_counted_part(part, ids) for part in offer.parts))
        for offer in answer.offers
    ]
    return replace(answer, offers=offers)


def _counted_part(part: Part, ids: Mapping[str, int]) -> Part:
    if not part.limits:
        return part
    limits = tuple(replace(limit, bucket_id=ids[limit.key]) for limit in part.limits)
    demands = (*part.demands, *(Demand(limit.bucket_id) for limit in limits))
    return replace(part, demands=demands, limits=limits)


def refusal(offers: Iterable[Offer], bucket_id: int, title: str) -> Refusal | None:
    """How it is said that a bucket has no room, where that counts what one person may have."""
    found = (
        limit
        for offer in offers
        for part in offer.parts
        for limit in part.limits
        if limit.bucket_id == bucket_id
    )
    limit = next(found, None)
    if limit is None:
        return None
    return LimitReached(
        title=title, most=limit.most, period=period_words(limit), person=limit.masked
    )


def period_words(limit: Limit) -> str:
    """The period in words, within a sentence."""
    if limit.period is Period.DAY:
        return _("on %(day)s") % {
            "day": date_format(limit.begins, pgettext("date format", "D j M Y"))
        }
    if limit.period is Period.MONTH:
        # Translators: Django date format of a month, as in "October 2026".
        month = date_format(limit.begins, pgettext("date format", "F Y"))
        return _("in %(month)s") % {"month": month}
    if limit.period is Period.SEASON:
        return _("in this season")
    return _("in %(year)s") % {"year": limit.begins.year}


def take_over(order_id: int, given: Collection[int], *, at: datetime) -> bool:
    """Take for a changed order what its old parts have just ``given`` back; False: there is no room.

    Only what was not taken when it was placed (see ``draw``). In the transaction that gave it back,
    which keeps the buckets locked until it ends.
    """
    for line in Line.objects.filter(order=order_id).order_by("pk"):
        known = set(Hold.objects.filter(line=line).values_list("bucket_id", flat=True))
        demands = [d for part in line.frozen_parts for d in part.demands]
        wanted = sorted(d.bucket_id for d in demands if d.bucket_id in set(given) - known)
        if not wanted:
            continue
        units = [Demand(bucket_id, count) for bucket_id, count in Counter(wanted).items()]
        if inventory.take([units]) != [None]:
            return False
        Hold.objects.bulk_create(
            Hold(line=line, bucket_id=each.bucket_id, units=each.units) for each in units
        )
    return True


def hand_over(line: Line, old: Part, new: Part, *, at: datetime) -> tuple[Demand, ...]:
    """Count a part for its new person instead of the one before; return its demands from now on.

    Runs in the caller's transaction as its last step: what counts stays locked until it ends.

    :raises LimitReached: the new person has as much as one person may have.
    """
    specs = {one.key: BucketSpec(one.key, line.region_id, one.most) for one in new.limits}
    ids = inventory.shape_limits([specs[key] for key in sorted(specs)]) if specs else {}
    wanted = [Demand(bucket_id) for bucket_id in ids.values()]
    personal = inventory_of.of_persons(demand.bucket_id for demand in old.demands)
    given = [demand for demand in old.demands if demand.bucket_id in personal]
    short = inventory.swap(give=given, want=wanted, at=at)
    if short is not None:
        limit = next(one for one in new.limits if ids[one.key] == short.bucket_id)
        raise LimitReached(
            title=str(line), most=limit.most, period=period_words(limit), person=limit.masked
        )
    _move_holds(line, given, wanted)
    return (*(demand for demand in old.demands if demand not in given), *wanted)


def _move_holds(line: Line, given: Iterable[Demand], wanted: Iterable[Demand]) -> None:
    for demand in given:
        Hold.objects.filter(line=line, bucket_id=demand.bucket_id).update(units=F("units") - 1)
    for demand in wanted:
        hold, _made = Hold.objects.get_or_create(
            line=line, bucket_id=demand.bucket_id, defaults={"units": 0}
        )
        Hold.objects.filter(pk=hold.pk).update(units=F("units") + 1)
