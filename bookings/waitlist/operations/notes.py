"""Why somebody was passed over, written down once a return, in the words they read."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils import translation
from django.utils.translation import gettext as _

from bookings.waitlist.choosing import Lack
from bookings.waitlist.models import Decision, Outcome, Wish
from kernel.errors import Refusal
from kernel.naming import say


@dataclass(frozen=True, slots=True)
class Note:
    """Who lacked what of a return, and why they did not get it: for machines and in words."""

    region_id: int
    return_id: int
    lack: Lack
    reason: str
    words: str


def note_passed(notes: Sequence[Note], *, at: datetime) -> None:
    """Write PASSED decisions; one for the wish and the return, however often it comes up."""
    rows = [
        Decision(
            region_id=note.region_id, return_id=note.return_id, bucket_id=note.lack.bucket_id,
            free=note.lack.free, outcome=Outcome.PASSED, entry_id=note.lack.entry_id,
            wish_id=note.lack.wish_id, units=note.lack.units, reason=note.reason[:40],
            words=note.words[:300], at=at,
        )
        for note in notes
    ]  # fmt: skip
    Decision.objects.bulk_create(rows, ignore_conflicts=True)


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
