"""Why somebody was passed over, written down once a return, in the words they read."""

from __future__ import annotations

from datetime import datetime

from django.utils import translation
from django.utils.translation import gettext as _

from bookings.waitlist.choosing import Lack
from bookings.waitlist.models import Decision, Outcome, Wish
from kernel.errors import Refusal
from kernel.naming import say


def note_passed(
    region_id: int, return_id: int, lack: Lack, reason: str, words: str, *, at: datetime
) -> None:
    """Write a PASSED decision; one for the wish and the return, however often it comes up."""
    row = Decision(
        region_id=region_id, return_id=return_id, bucket_id=lack.bucket_id, free=lack.free,
        outcome=Outcome.PASSED, entry_id=lack.entry_id, wish_id=lack.wish_id, units=lack.units,
        reason=reason[:40], words=words[:300], at=at,
    )  # fmt: skip
    Decision.objects.bulk_create([row], ignore_conflicts=True)


def words_of(refusal: Refusal, language: str) -> str:
    """A seller's or our own no, in the language of the entry."""
    with translation.override(language):
        return refusal.reason


def no_room(wish: Wish, language: str) -> str:
    """What came free is not all that the wish needs."""
    with translation.override(language):
        return _("%(title)s: something came free, but the day is full otherwise.") % {
            "title": say(wish.title)
        }
