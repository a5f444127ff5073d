"""Six digits instead of a picture: said at a desk, or typed at a gate that is online."""

from __future__ import annotations

import secrets
from datetime import date, datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.identity import limits
from bookings.codes.models import DeskNumber
from bookings.codes.operations.binding import lock
from kernel import seals
from kernel.errors import Refusal

LENGTH = 6
GOOD_FOR = timedelta(minutes=5)
MOST_TRIES = 5
"""Wrong ones at one post in one minute."""
_DRAWS = 20


class UnknownDigits(Refusal):
    """Nobody's page shows this number now."""

    code = "unknown_digits"
    status = 404
    message = _("This number is not known, or older than five minutes. Ask for a new one.")


class Opened(NamedTuple):
    """What six digits stand for: a pass, and the sequence of its codes when they were made."""

    serial: UUID
    sequence: int


def make_digits(*, serial: UUID, last_day: date, at: datetime) -> str:
    """A new number for a pass, good for five minutes; the one before it is dead.

    Only its keyed hash is kept. Who replaces the pass's codes waits for this, or this for them.

    :raises RuntimeError: nearly all numbers are in use.
    """
    with transaction.atomic():
        sequence = lock(serial=serial, last_day=last_day, at=at)
        DeskNumber.objects.filter(good_until__lte=at).delete()
        DeskNumber.objects.filter(serial=serial).delete()
        for _draw in range(_DRAWS):
            digits = f"{secrets.randbelow(10**LENGTH):0{LENGTH}}"
            row = _row(serial, sequence, digits, at)
            DeskNumber.objects.bulk_create([row], ignore_conflicts=True)
            if DeskNumber.objects.filter(serial=serial).exists():
                return digits
    raise RuntimeError("no six digits are free")


def _row(serial: UUID, sequence: int, digits: str, at: datetime) -> DeskNumber:
    return DeskNumber(
        serial=serial, sequence=sequence, digest=_digest(digits), good_until=at + GOOD_FOR
    )


def open_digits(*, digits: str, post: str, at: datetime) -> Opened:
    """The pass that shows this number. ``post`` is the key of the post that asks.

    What is decided with it is decided as with a code of its sequence: it may be dead by then.

    :raises TooMany: five wrong ones a minute at this post. :raises UnknownDigits: nobody shows it.
    """
    tries = [limits.per("desk-number:post", post, MOST_TRIES, timedelta(minutes=1))]
    limits.spend(tries, at=at)
    found = DeskNumber.objects.filter(digest=_digest(digits), good_until__gt=at).first()
    if found is None:
        raise UnknownDigits
    limits.give_back(tries, at=at)
    return Opened(found.serial, found.sequence)


def _digest(digits: str) -> str:
    return seals.index(digits, purpose="desk-number")
