"""What the codes of passes say: made from the vouchers they carry."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from accounts.travellers import queries as travellers
from bookings.codes import queries as codes
from bookings.codes import wire
from bookings.codes.models import PhoneKey
from bookings.contracts import Reentry
from bookings.vouchers.models import Pass, State, Voucher

_MOST_ENTRIES, _MOST_DAYS = 255, 31


def static(rows: Sequence[Pass], *, at: datetime) -> list[wire.CodeFacts]:
    """What each pass's code says on paper, in the given order."""
    people = travellers.by_ids({row.traveller_id for row in rows} - {0})
    indexes = {person.traveller_id: person.index for person in people}
    sequences = codes.sequences([row.serial for row in rows])
    return [
        wire.CodeFacts(
            serial=row.serial.bytes,
            first_day=row.first_day,
            last_day=row.last_day,
            sequence=sequences[row.serial],
            holder=_holder(row, indexes.get(row.traveller_id, "")),
            rights=rights(row.vouchers.all(), at=at),
        )
        for row in rows
    ]


def on_phone(row: Pass, key: PhoneKey, *, at: datetime) -> wire.CodeFacts:
    """What a pass's code says on the phone with this key."""
    [facts] = static([row], at=at)
    phone = bytes.fromhex(key.public)
    return replace(facts, kind=wire.Kind.PHONE, phone=phone, sequence=key.sequence)


def rights(vouchers: Iterable[Voucher], *, at: datetime) -> tuple[wire.Right, ...]:
    """What is still good: alike ones together, of too many those that end first; in the code's order."""
    counted: Counter[wire.Right] = Counter()
    for voucher in vouchers:
        if voucher.state == State.ACTIVE and _last_moment(voucher) > at:
            counted[_right(voucher)] += _entries(voucher)
    first = sorted(counted, key=lambda each: (each.valid_until, each.valid_from, each.tag))
    kept = [
        replace(right, entries=min(counted[right], _MOST_ENTRIES))
        for right in first[: wire.MOST_RIGHTS]
    ]
    return wire.in_order(kept)


def _holder(row: Pass, index: str) -> bytes:
    return wire.holder_hash(row.serial.bytes, index) if index else wire.NOBODY


def _right(voucher: Voucher) -> wire.Right:
    """Without its entries, so that those of several persons are counted together."""
    return wire.Right(
        tag=wire.tag_of(voucher.zone),
        valid_from=wire.whole(voucher.valid_from),
        valid_until=wire.whole(voucher.valid_until, up=True),
        rule=voucher.rule,
        reentry_days=min(voucher.reentry_days, _MOST_DAYS),
        has_check=bool(voucher.show.get("check")),
    )


def _entries(voucher: Voucher) -> int:
    """Passages with the rule COUNTED, persons with the others."""
    if voucher.rule == Reentry.COUNTED:
        return voucher.entries_allowed - voucher.entries_used
    return 1


def _last_moment(voucher: Voucher) -> datetime:
    return voucher.valid_until + timedelta(days=voucher.reentry_days)
