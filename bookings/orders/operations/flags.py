"""A flagged order waits for a person, who writes down what they found; its buyer moves no money of it."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from bookings.orders.models import Flag, Order
from bookings.orders.operations.own import refuse_own
from bookings.orders.queries import LOOKED_AT
from kernel.audit import operations as audit
from kernel.errors import Refusal


class Flagged(Refusal):
    """A buyer moves no money of a journey while some of it is disputed or went back without us."""

    code = "flagged"
    message = _("Somebody of ours is looking at the payment of this order. Please contact us.")


class NoReasonGiven(Refusal):
    """Whoever settles a flag says what they found."""

    code = "no_reason_given"
    status = 400
    message = _("Please write down what you found.")


class FlagMoved(Refusal):
    """The flag was settled, or something new has come, since the page was shown."""

    code = "flag_moved"
    message = _("This has changed since you looked. Please look again.")


def refuse_flagged(order: Order) -> None:
    """A journey's orders share their money: what one was paid with, another may give back.

    :raises Flagged: a person must look at one of them first.
    """
    journey = Order.objects.filter(Q(pk=order.root_id) | Q(parent_id=order.root_id))
    if journey.exclude(flag=Flag.NONE).exists():
        raise Flagged


def look_at(*, order_id: int, flag: str, why: str, actor: str, at: datetime) -> None:
    """Settle an order's flag, which the person has seen as ``flag``; news sets it again. Audited.

    :raises NoReasonGiven: nothing is said. :raises FlagMoved: it is another flag by now, or none.
    :raises OwnMoney: it is about their own money.
    """
    if not why.strip():
        raise NoReasonGiven(field="why")
    refuse_own(Order.objects.get(pk=order_id), actor)
    with transaction.atomic(durable=True):
        flagged = Order.objects.filter(pk=order_id, flag=flag).exclude(flag=Flag.NONE)
        if not flagged.update(flag=Flag.NONE):
            raise FlagMoved
        audit.record(
            actor=actor,
            action=LOOKED_AT,
            subject=f"order:{order_id}",
            facts={"flag": flag, "why": why.strip()[:200]},
            at=at,
        )
