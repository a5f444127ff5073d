"""Passes by who asks: those of the journey that an address opens, or the one that was handed over."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.core import signing
from django.db.models import Count, Q, QuerySet

from accounts.travellers import queries as travellers
from bookings.classes import ON_A_LAP
from bookings.holders.limits import Handings, handings
from bookings.holders.models import Transfer
from bookings.orders import models as orders
from bookings.orders.models import Line, Order
from bookings.vouchers.models import Pass, State, Voucher
from kernel.errors import NotFound

_SALT = "bookings.holders.page"


def any_pass_of(order: Order, pass_id: int) -> Pass:
    """A pass of the order's journey, whoever holds it: for who answers for it, its buyer.

    :raises NotFound: there is none, or it is another journey's.
    """
    return _one(Pass.objects.filter(order_id=order.root_id, pk=pass_id))


def pass_of(order: Order, pass_id: int) -> Pass:
    """A pass of the order's journey that is still its buyer's to show.

    :raises NotFound: there is none, or it is another journey's, or somebody else's now.
    """
    return _one(Pass.objects.filter(order_id=order.root_id, pk=pass_id, transfers=None))


def handed_over(order: Order) -> frozenset[int]:
    """The passes of an order's journey that are somebody else's now."""
    rows = Transfer.objects.filter(carrier__order_id=order.root_id)
    return frozenset(rows.values_list("carrier_id", flat=True))


def transfer_of(order: Order, pass_id: int) -> Transfer | None:
    """The last handing over of a pass of the order's journey, if there was one."""
    rows = Transfer.objects.filter(carrier__order_id=order.root_id, carrier_id=pass_id)
    return rows.select_related("carrier").order_by("-number").first()


def handings_of(carrier: Pass) -> Handings | None:
    """How often and until when a pass may be handed on; None where nothing on it is good any more."""
    mine = carrier.vouchers.exclude(state=State.VOIDED).values("line_id")
    lines = Line.objects.filter(pk__in=mine).select_related("order__region").order_by("pk")
    return handings(list(lines), made=Transfer.objects.filter(carrier=carrier).count())


def address_of(transfer: Transfer) -> str:
    """What opens the new holder's own page, until it is handed over again."""
    return signing.dumps([transfer.carrier_id, transfer.number], salt=_SALT)


def pass_at(address: str) -> Pass:
    """The pass that an address opens.

    :raises NotFound: no such address, or the pass was handed over again since.
    """
    try:
        pass_id, number = signing.loads(address, salt=_SALT)
    except signing.BadSignature:
        raise NotFound from None
    counted = Pass.objects.annotate(handings=Count("transfers"))
    return _one(counted.filter(pk=pass_id, handings=number))


def _one(found: QuerySet[Pass]) -> Pass:
    rows = found.select_related("order__region").prefetch_related("vouchers__line")
    carrier = rows.first()
    if carrier is None:
        raise NotFound
    return carrier


def held_by(traveller_ids: Collection[int], at: datetime) -> str:
    """What one of these travellers has a place of in their name that is not over; empty for nothing.

    Codes that are good or to come, and what is bought and not delivered yet.
    """
    line = _issued(traveller_ids, at).first() or _coming(traveller_ids, at)
    if line is None:
        return ""
    return f"{line} · {line.starts_at.astimezone(line.order.region.tz):%Y-%m-%d}"


def holds_besides(carrier: Pass, *, at: datetime) -> bool:
    """Whether the traveller of a pass has other places in their name that are not over."""
    ids = [carrier.traveller_id]
    others = _issued(ids, at).exclude(vouchers__carrier=carrier)
    return others.exists() or _coming(ids, at) is not None


def _issued(traveller_ids: Collection[int], at: datetime) -> QuerySet[Line]:
    good = Voucher.objects.filter(
        Q(valid_until__gt=at) | Q(reentry_days__gt=0, expired_at=None),
        carrier__traveller_id__in=traveller_ids,
        state=State.ACTIVE,
    )
    rows = Line.objects.filter(pk__in=good.values("line_id"))
    return rows.select_related("order__region").order_by("starts_at", "pk")


def _coming(traveller_ids: Collection[int], at: datetime) -> Line | None:
    """Held or paid, without codes yet, or on a lap, without a code of their own: such lines are found by
    whose book the travellers stand in."""
    owners = travellers.owners_of(traveller_ids)
    waiting = (orders.State.HELD, orders.State.PAID, orders.State.AWAITING_SUPPLIER)
    rows = Line.objects.filter(
        order__actor__in=owners, state__in=(*waiting, orders.State.CONFIRMED), ends_at__gt=at
    )
    found = rows.select_related("order__region").order_by("starts_at", "pk")
    named = (
        (
            line,
            {
                part.traveller_id
                for part in line.open_parts
                if line.state in waiting or part.class_code == ON_A_LAP
            },
        )
        for line in found
    )
    return next((line for line, ids in named if ids & set(traveller_ids)), None)
