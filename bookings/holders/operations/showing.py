"""A pass on a phone: its page brings a key, and gets what it shows codes from."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from bookings.codes import operations as codes
from bookings.codes import wire
from bookings.vouchers import saying
from bookings.vouchers.models import Pass
from kernel.errors import NotFound


def show_on(
    *, carrier: Pass, public: bytes, is_move: bool, actor: str, at: datetime
) -> tuple[bytes, wire.CodeFacts]:
    """Bind a pass to a phone's key; return level 1 of its code, and what that says.

    Asked again by the same phone it binds nothing new and says what is good now. ``is_move``: the
    holder takes it over from another phone, whose code dies at once.

    :raises NoKey: BoundElsewhere, TooMany: as ``codes.bind``. :raises NotFound: it was handed over since
        its page was opened.
    """
    with transaction.atomic():
        codes.lock(serial=carrier.serial, last_day=carrier.last_day, at=at)
        _refuse_given_away(carrier)
        key = codes.bind(
            serial=carrier.serial,
            last_day=carrier.last_day,
            public=public,
            is_move=is_move,
            actor=actor,
            at=at,
        )
    facts = saying.on_phone(carrier, key, at=at)
    [level_1] = codes.level_1([facts], at=at)
    return level_1, facts


def tell_digits(*, carrier: Pass, at: datetime) -> str:
    """Six digits that stand for the pass for five minutes.

    :raises NotFound: it was handed over since its page was opened.
    """
    with transaction.atomic():
        codes.lock(serial=carrier.serial, last_day=carrier.last_day, at=at)
        _refuse_given_away(carrier)
        return codes.make_digits(serial=carrier.serial, last_day=carrier.last_day, at=at)


def _refuse_given_away(carrier: Pass) -> None:
    """With the series locked: who hands a pass over gives it another short code before that lock.

    :raises NotFound: the pass is another one than was asked for.
    """
    if not Pass.objects.filter(pk=carrier.pk, short_code=carrier.short_code).exists():
        raise NotFound
