"""A person has looked at a flagged order: why nothing more is to be done is written down."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from bookings.orders.models import Flag, Order
from bookings.orders.queries import LOOKED_AT
from kernel.audit import operations as audit
from kernel.errors import Refusal


class NoReasonGiven(Refusal):
    """Whoever settles a flag says what they found."""

    code = "no_reason_given"
    status = 400
    message = _("Please write down what you found.")


class FlagMoved(Refusal):
    """The flag was settled, or something new has come, since the page was shown."""

    code = "flag_moved"
    message = _("This has changed since you looked. Please look again.")


def look_at(*, order_id: int, flag: str, why: str, actor: str, at: datetime) -> None:
    """Settle an order's flag, which the person has seen as ``flag``; news sets it again. Audited.

    :raises NoReasonGiven: nothing is said. :raises FlagMoved: it is another flag by now, or none.
    """
    if not why.strip():
        raise NoReasonGiven(field="why")
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
