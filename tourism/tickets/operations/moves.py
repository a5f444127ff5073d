"""Move an entry time within its day, or call it off: whoever holds a part of it is told at once.

Both go by news of the room's own: the tickets follow outside the transaction of who decides, an order
at a time. What is moved keeps its places and its people; what is called off gives everybody all back.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, time, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from bookings.fulfilment import operations as fulfilment
from bookings.fulfilment.operations import NewTime
from bookings.inventory import operations as inventory
from bookings.news import operations as news
from bookings.orders import queries as orders
from bookings.refunds import operations as refunds
from kernel.audit import operations as audit
from kernel.errors import Refusal
from kernel.outbox import operations as outbox
from tourism.tickets.facts import facts_now
from tourism.tickets.kinds import KINDS
from tourism.tickets.models import Slot
from tourism.tickets.offers import entry_window

MOVED, CALLED_OFF = "tourism.slot.moved", "tourism.slot.called-off"
_STILL_PLACED = timedelta(minutes=10)
"""So long after a move orders are looked for that were being placed in that moment."""


class SlotOver(Refusal):
    """Who could come has come."""

    code = "slot_over"
    message = _("This entry time is over: nobody can be told to come at another time.")


class SlotBegun(Refusal):
    """People are on their way in."""

    code = "slot_begun"
    message = _("This entry time has begun already. It can be called off, but not moved.")


class IsCalledOff(Refusal):
    """What was called off is not moved."""

    code = "is_called_off"
    message = _("This entry time is called off. Open it again first.")


class EndsBeforeStart(Refusal):
    """The new time is none."""

    code = "ends_before_start"
    message = _("It must end after it begins.")


class StartsInThePast(Refusal):
    """Nobody comes back in time."""

    code = "starts_in_the_past"
    message = _("This time is over already.")


class TimeTaken(Refusal):
    """An area has one entry time at a time."""

    code = "time_taken"
    message = _("Another entry time of this day begins then.")


def move_slot(*, slot: Slot, starts: time, ends: time, actor: str, at: datetime) -> bool:
    """Put an entry time at another time of its day; False where it is there already. Audited.

    Sold places stay sold, patterns leave it alone from then on. Who holds one is told by ``follow_move``.

    :raises Refusal: SlotOver, SlotBegun, IsCalledOff, EndsBeforeStart, StartsInThePast, TimeTaken; nothing
        has changed.
    """
    with transaction.atomic():
        slot = _locked(slot)
        was = (slot.starts_at, slot.ends_at)
        _refuse_late(slot, at)
        region, day = slot.product.area.region, slot.day.date
        new = (region.at(day, starts), region.at(day, ends))
        if new == was:
            return False
        _check(new, at)
        slot.moved_from = slot.moved_from or slot.starts_at
        slot.starts_at, slot.ends_at = new
        slot.moved_at, slot.is_override = at, True
        _save_at_its_time(slot)
        inventory.prolong(bucket_id=slot.bucket_id, until=slot.ends_at)
        audit.record(
            actor=actor,
            action="tickets.slot.move",
            subject=about(slot.pk),
            facts={"from": [each.isoformat() for each in was], "to": [e.isoformat() for e in new]},
            at=at,
        )
        _tell(MOVED, slot, at)
    return True


def call_off(*, slots: Sequence[Slot], actor: str, at: datetime) -> int:
    """Nobody comes in at these entry times: no more is sold, all money goes back; how many are new. Audited.

    :raises SlotOver: one of them is over; nothing has changed.
    """
    with transaction.atomic():
        locked = [_locked(slot) for slot in sorted(slots, key=lambda slot: slot.pk)]
        called = [slot for slot in locked if slot.called_off_at is None]
        for slot in called:
            if slot.ends_at <= at:
                raise SlotOver
            slot.is_open, slot.is_override, slot.called_off_at = False, True, at
            slot.save(update_fields=["is_open", "is_override", "called_off_at"])
            action = "tickets.slot.call-off"
            audit.record(actor=actor, action=action, subject=about(slot.pk), at=at)
            _tell(CALLED_OFF, slot, at)
    return len(called)


def follow_move(*, slot_id: int, at: datetime) -> int:
    """Bring the tickets of an entry time to where it is now, and tell their holders; how many lines.

    Its own transactions; repeating it does nothing more. Who bought in the very moment is found by
    ``follow_moves``.
    """
    slot = Slot.objects.select_related("day", "product").get(pk=slot_id)
    kind = KINDS[slot.product.kind]
    if slot.moved_at is None:
        return 0
    opens_at, closes_at = entry_window(slot, facts_now([slot.product_id])[slot.product_id])
    moved = fulfilment.move_lines(
        kind=kind,
        ref=str(slot.pk),
        to=NewTime(
            starts_at=slot.starts_at,
            ends_at=slot.ends_at,
            opens_at=opens_at,
            closes_at=closes_at,
            facts={
                "starts_at": slot.starts_at.isoformat(),
                "entry_from": opens_at.isoformat(),
                "entry_until": closes_at.isoformat(),
            },
        ),
        at=at,
    )
    there = orders.sold(kind, str(slot.pk)).filter(moved_at__gte=slot.moved_at)
    news.tell_moved(line_ids=list(there.values_list("pk", flat=True)), about=about(slot_id), at=at)
    return len(moved)


def follow_moves(*, at: datetime) -> int:
    """Again for all that was moved within the last minutes; how many lines."""
    fresh = Slot.objects.filter(moved_at__gt=at - _STILL_PLACED, moved_at__lte=at)
    slot_ids = list(fresh.order_by("pk").values_list("pk", flat=True))
    return sum(follow_move(slot_id=slot_id, at=at) for slot_id in slot_ids)


def refund_visitors(*, slot_id: int, at: datetime) -> int:
    """Tell the holders of a called off entry time and return their whole price; how many lines.

    One transaction an order; what is used or cancelled stays so. One that was opened again meanwhile is
    left alone.
    """
    slot = Slot.objects.select_related("product").get(pk=slot_id)
    if slot.called_off_at is None:
        return 0
    sold = orders.sold(KINDS[slot.product.kind], str(slot_id))
    lines = list(sold.select_related("order").order_by("order", "pk"))
    news.tell_called_off(line_ids=[line.pk for line in lines], about=about(slot_id), at=at)
    return sum(refunds.give_all_back(line=line, at=at) for line in lines)


def about(slot_id: int) -> str:
    """How messages name an entry time."""
    return f"slot:{slot_id}"


def _locked(slot: Slot) -> Slot:
    rows = Slot.objects.select_related("day", "product__area__region")
    return rows.select_for_update(of=("self",), no_key=True).get(pk=slot.pk)


def _refuse_late(slot: Slot, at: datetime) -> None:
    if slot.ends_at <= at:
        raise SlotOver
    if slot.starts_at <= at:
        raise SlotBegun
    if slot.called_off_at is not None:
        raise IsCalledOff


def _check(new: tuple[datetime, datetime], at: datetime) -> None:
    starts_at, ends_at = new
    if ends_at <= starts_at:
        raise EndsBeforeStart(field="ends")
    if starts_at <= at:
        raise StartsInThePast(field="starts")


def _save_at_its_time(slot: Slot) -> None:
    """:raises TimeTaken: another one of the product begins then."""
    fields = ["starts_at", "ends_at", "moved_from", "moved_at", "is_override"]
    try:
        with transaction.atomic():
            slot.save(update_fields=fields)
    except IntegrityError:
        raise TimeTaken(field="starts") from None


def _tell(name: str, slot: Slot, at: datetime) -> None:
    key = f"{about(slot.pk)}:{name.rsplit('.', 1)[-1]}:{at.isoformat()}"
    outbox.record(name=name, key=key, facts={"slot_id": slot.pk}, at=at)
