"""What each holder of a stopped ticket wants, once: the money, a voucher of more, another time, or to wait.

Who says nothing within six hours has the money back. What was carried out is carried out once.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from bookings.contracts import Ask, Member, Offer
from bookings.fulfilment import operations as fulfilment
from bookings.orders.models import Line
from bookings.refunds import operations as refunds
from kernel.errors import Refusal
from tourism.tickets import offers, queries
from tourism.tickets.facts import facts_now
from tourism.tickets.models import Choice, Slot, StoppedLine

_SHOWN_DAYS = timedelta(days=14)


class AlreadyChosen(Refusal):
    """One choice, and this one was made, or made for them after six hours."""

    code = "already_chosen"
    message = _("What becomes of this ticket is decided already.")


def choose(
    *, row: StoppedLine, choice: Choice, slot_id: int = 0, owner: str = "", at: datetime
) -> None:
    """What the holder wants: REFUND, CREDIT to the balance of ``owner``, WAIT, or MOVE to the entry time
    ``slot_id``. Once.

    :raises AlreadyChosen: before, or by nobody within six hours. :raises Refusal: MOVE, as the offer of that
        time and ``fulfilment.exchange_line``; CREDIT, ``refunds.NotForCredit``; the choice is still open
        then.
    """
    if choice == Choice.MOVE:
        with transaction.atomic():
            _decide(row, choice, at)
            _move(row, slot_id, at)
            StoppedLine.objects.filter(pk=row.pk).update(ended_at=at)
        return
    if choice == Choice.CREDIT and (not owner or voucher_of(row, at=at) is None):
        raise refunds.NotForCredit
    with transaction.atomic():
        _decide(row, choice, at, owner)
    if choice in (Choice.REFUND, Choice.CREDIT):
        _give_back(row, at)


def end_stops(*, at: datetime) -> int:
    """Whoever has said nothing in time, or waited in vain for that day, has the money back; how many lines.

    What was chosen and not carried out because a process died is carried out, too.
    """
    still = StoppedLine.objects.filter(ended_at__isnull=True)
    silent = still.filter(choice=Choice.OPEN, decide_by__lte=at)
    silent.update(choice=Choice.REFUND, chosen_at=at)
    waiting = still.filter(choice=Choice.WAIT).select_related("line__order__region")
    in_vain = [row.pk for row in waiting if _day_is_over(row.line, at)]
    still.filter(pk__in=in_vain, choice=Choice.WAIT).update(choice=Choice.REFUND, chosen_at=at)
    due = still.filter(choice__in=(Choice.REFUND, Choice.CREDIT)).select_related("line__order")
    return sum(_give_back(row, at) for row in list(due.order_by("pk")))


def voucher_of(row: StoppedLine, *, at: datetime) -> refunds.Voucher | None:
    """What a holder would have on their balance instead of money; None: only money comes back."""
    return refunds.voucher_for(
        order=row.line.order, parts=refunds.unused(row.line, row.part_keys), at=at
    )


def times_instead(row: StoppedLine, *, at: datetime) -> list[queries.SlotRow]:
    """The entry times of the same product with room for these people, from now on, in order."""
    slot = Slot.objects.select_related("product__area__region").get(pk=int(row.line.ref))
    today = slot.product.area.region.local_date(at)
    rows = queries.slots(product_ids=[slot.product_id], first=today, last=today + _SHOWN_DAYS)
    return [each for each in rows if each.is_sellable(at) and each.left >= len(row.part_keys)]


def _decide(row: StoppedLine, choice: Choice, at: datetime, owner: str = "") -> None:
    """Compare and set. :raises AlreadyChosen: it is not open, nor waiting, any more."""
    undecided = StoppedLine.objects.filter(
        pk=row.pk, choice__in=(Choice.OPEN, Choice.WAIT), ended_at__isnull=True
    ).exclude(choice=choice)
    if not undecided.update(choice=choice, chosen_at=at, credited_to=owner):
        raise AlreadyChosen


def _move(row: StoppedLine, slot_id: int, at: datetime) -> None:
    """:raises Refusal: the entry time cannot be had."""
    line = Line.objects.select_related("order").get(pk=row.line_id)
    found = queries.with_channels(Slot.objects.filter(pk__in=(slot_id, int(line.ref)))).in_bulk()
    old, slot = found[int(line.ref)], found.get(slot_id)
    if slot is None or slot.product_id != old.product_id or slot.ends_at <= at:
        raise offers.NoSuchSlot(field="ref")
    if slot.suspension_id == row.suspension_id and row.suspension.restarted_at is not None:
        Slot.objects.filter(pk=slot.pk).update(is_open=True, suspension_id=None)
    offered = _offer(line, old, slot, at)
    opens_at, closes_at = offers.entry_window(slot, facts_now([slot.product_id])[slot.product_id])
    fulfilment.exchange_line(
        line_id=line.pk, to=offered, opens_at=opens_at, closes_at=closes_at, at=at
    )


def _offer(line: Line, old: Slot, slot: Slot, at: datetime) -> Offer:
    """The same people at another time, under the keys that they have in the line, within their limits."""
    parts, people = line.open_parts, line.facts["people"]
    party = tuple(
        Member(part.class_code, part.traveller_id, index=people[part.key]["index"])
        for part in parts
    )
    ask = Ask(line.kind, str(slot.pk), party, channel=line.order.channel)
    offered = offers.instead(ask, slot)
    places = set(queries.buckets_of(old))
    return replace(
        offered,
        parts=tuple(
            replace(
                new,
                key=part.key,
                limits=(),
                demands=(*new.demands, *(d for d in part.demands if d.bucket_id not in places)),
            )
            for part, new in zip(parts, offered.parts, strict=True)
        ),
        facts={**offered.facts, "people": {part.key: people[part.key] for part in parts}},
    )


def _give_back(row: StoppedLine, at: datetime) -> bool:
    """Return what is still unused, whole, as money or as a voucher; in its own transaction, twice is once.

    What can no longer become a voucher is money.
    """
    still = StoppedLine.objects.select_related("line__order").get(pk=row.pk)
    owner = still.credited_to if still.choice == Choice.CREDIT else ""
    how = refunds.give_unused_back(line=still.line, keys=still.part_keys, owner=owner, at=at)
    if how is refunds.GivenBack.MONEY and still.choice == Choice.CREDIT:
        StoppedLine.objects.filter(pk=row.pk).update(choice=Choice.REFUND, credited_to="")
    StoppedLine.objects.filter(pk=row.pk, ended_at__isnull=True).update(ended_at=at)
    return how is not None


def _day_is_over(line: Line, at: datetime) -> bool:
    region = line.order.region
    return region.local_date(at) > region.local_date(line.starts_at)
