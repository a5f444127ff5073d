"""Vouchers come into being when a line is delivered, and are void when a part is cancelled."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta

from django.db.models import Value
from django.db.models.functions import Greatest, Least

from accounts.travellers import queries as travellers
from bookings.contracts import Entitlement
from bookings.orders.models import Line
from bookings.vouchers.models import Pass, State, Voucher

_SLACK = timedelta(days=1)
"""A code is good a day longer on both sides than any voucher: readers' clocks and time zones."""

_TAIL = 4


def issue(*, line: Line, entitlements: Sequence[Entitlement], at: datetime) -> None:
    """Issue a line's vouchers onto the travellers' passes; what was issued before stays as it is.

    Runs in fulfilment's transaction, with the order's row locked.
    """
    if not entitlements:
        return
    carriers = _passes(line, entitlements, at)
    Voucher.objects.bulk_create(
        [_voucher(carriers[each.traveller_id], line, each, at) for each in entitlements],
        ignore_conflicts=True,
    )


def void(*, line: Line, part_keys: Collection[str], at: datetime) -> int:
    """Make the unused vouchers of these parts void; return how many. Used ones stay used."""
    return Voucher.objects.filter(
        line=line, part_key__in=part_keys, state=State.ACTIVE, entries_used=0
    ).update(state=State.VOIDED, voided_at=at)


def move(*, line: Line, opens_at: datetime, closes_at: datetime) -> int:
    """Let a line's unused vouchers in at another time; return how many. Its passes last as long."""
    passes = Pass.objects.filter(order_id=line.order.root_id, vouchers__line=line).values("pk")
    Pass.objects.filter(pk__in=passes).update(
        first_day=Least("first_day", Value(opens_at.date() - _SLACK)),
        last_day=Greatest("last_day", Value(closes_at.date() + _SLACK)),
    )
    unused = Voucher.objects.filter(line=line, state=State.ACTIVE)
    return unused.update(valid_from=opens_at, valid_until=closes_at)


def void_cancelled(*, line_id: int, at: datetime) -> None:
    """Make the vouchers of a line's cancelled parts void."""
    line = Line.objects.get(pk=line_id)
    void(line=line, part_keys=line.cancelled_parts, at=at)


def _voucher(carrier: Pass, line: Line, entitlement: Entitlement, at: datetime) -> Voucher:
    return Voucher(
        carrier=carrier,
        line=line,
        region_id=line.region_id,
        part_key=entitlement.part_key,
        zone=entitlement.zone,
        valid_from=entitlement.valid_from,
        valid_until=entitlement.valid_until,
        entries_allowed=entitlement.entries,
        show=dict(entitlement.show),
        issued_at=at,
    )


def _passes(line: Line, entitlements: Sequence[Entitlement], at: datetime) -> dict[int, Pass]:
    """The journey's pass of every traveller named, made or made to last longer as needed."""
    traveller_ids = {entitlement.traveller_id for entitlement in entitlements}
    last_day = max(each.valid_until for each in entitlements).date() + _SLACK
    passes = Pass.objects.filter(order_id=line.order.root_id, traveller_id__in=traveller_ids)
    known = set(passes.values_list("traveller_id", flat=True))
    passes.update(last_day=Greatest("last_day", Value(last_day)))
    _make_passes(line, sorted(traveller_ids - known), at.date() - _SLACK, last_day)
    return {each.traveller_id: each for each in passes.all()}


def _make_passes(line: Line, traveller_ids: list[int], first_day: date, last_day: date) -> None:
    people = {each.traveller_id: each for each in travellers.by_ids(traveller_ids)}
    made = []
    for traveller_id in traveller_ids:
        person = people.get(traveller_id)
        made.append(
            Pass(
                order_id=line.order.root_id,
                region_id=line.region_id,
                traveller_id=traveller_id,
                holder=person.name if person else "",
                document_tail=person.masked[-_TAIL:].strip("*") if person else "",
                first_day=first_day,
                last_day=last_day,
            )
        )
    Pass.objects.bulk_create(made)
