"""Say to whoever waits, by their phone, that it is their turn, or that the turn is over."""

from __future__ import annotations

from datetime import datetime

from django.utils import translation

from accounts.messages import operations as messages
from bookings.waitlist.models import Entry, Wish
from kernel import seals
from kernel.moments import moment_words
from kernel.naming import say

WON, LAPSED = "waitlist-won", "waitlist-lapsed"


def tell(*, entry_id: int, template: str, at: datetime) -> None:
    """Write one message to the party, once; nothing where it has left no phone."""
    entry = Entry.objects.select_related("order", "region").get(pk=entry_id)
    wish = Wish.objects.filter(pk=entry.chosen_wish or 0).first()
    if not entry.contact_sealed or wish is None or entry.order is None:
        return
    with translation.override(entry.language):
        facts = {
            "title": say(wish.title),
            "when": moment_words(wish.starts_at.astimezone(entry.region.tz)),
            "until": moment_words(entry.order.due_at.astimezone(entry.region.tz)),
        }
    messages.send(
        template=template,
        to=seals.unseal(entry.contact_sealed, purpose="phone"),
        language=entry.language,
        facts={name: facts[name] for name in sorted(facts)},
        key=f"{template}:{entry.pk}",
        at=at,
    )
