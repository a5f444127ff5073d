"""Say to whoever waits that it is their turn, or that the turn is over."""

from __future__ import annotations

from datetime import datetime

from accounts.messages import operations as messages
from accounts.messages.kinds import Kind
from bookings.news import operations as news
from bookings.waitlist.kinds import NOT_TAKEN, TAKEN, WON
from bookings.waitlist.models import Entry, Handover, HandoverState, Wish
from kernel import seals
from kernel.money import Money


def tell(*, entry_id: int, kind: Kind, at: datetime) -> None:
    """Write one message to the party, once: to its account, or else to the phone it has left."""
    entry = Entry.objects.select_related("order", "region").get(pk=entry_id)
    wish = Wish.objects.filter(pk=entry.chosen_wish or 0).first()
    if wish is None or entry.order is None:
        return
    to = ""
    if entry.user_id is None and entry.contact_sealed:
        to = seals.unseal(entry.contact_sealed, purpose="phone")
    until = entry.order.due_at
    note = messages.Note(
        kind=kind.name,
        key=f"{kind.name}:{entry.pk}",
        facts={
            "title": wish.title,
            "when": wish.starts_at.astimezone(entry.region.tz),
            "until": until.astimezone(entry.region.tz),
        },
        user_id=entry.user_id,
        to=to,
        language=entry.language,
        link=messages.Link("waitlist:show", (str(entry.pk),)),
        about=f"waitlist:{entry.pk}",
        zone=entry.region.timezone,
        good_until=until if kind is WON else None,
    )
    messages.tell([note], at=at)


def tell_handover(*, handover_id: int, at: datetime) -> None:
    """Say to who handed a part on that it was taken, or that nobody has taken it. Once."""
    rows = Handover.objects.select_related("line__order__region")
    handover = rows.get(pk=handover_id)
    order, line = handover.line.order, handover.line
    part = next(each for each in line.frozen_parts if each.key == handover.part_key)
    facts: dict[str, object] = {
        "title": line.title,
        "when": line.starts_at.astimezone(order.region.tz),
        "who": part.title,
    }
    kind = NOT_TAKEN
    if handover.state == HandoverState.TAKEN:
        kind = TAKEN
        facts["amount"] = Money(handover.refund_fen, order.currency)
    news.tell(order, kind, str(handover.pk), facts, at)
