"""Verbs on distribution codes: make one, agree another rate, close it; and book what it has earned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from bookings.ledger import operations as ledger
from bookings.referrals import queries
from bookings.referrals.models import Code, Commission, Rate
from kernel import codes
from kernel.audit import operations as audit
from kernel.errors import Refusal

LENGTH = 6


class BeginsTooEarly(Refusal):
    """A rate holds from now or later, and later than every other of its code."""

    code = "begins_too_early"
    message = _("A new rate begins now or later, and after the last one.")


class Closed(Refusal):
    """The code is closed already."""

    code = "closed"
    message = _("This code is closed already.")


@dataclass(frozen=True, slots=True)
class Used:
    """What was used of a journey that was bought by a code, and paid for, in fen."""

    order_id: int
    via: str
    user_id: int | None
    contact_index: str
    region_id: int
    currency: str
    placed_at: datetime
    base_fen: int


def make_code(
    *, region_id: int, holder_id: int, name_zh: str, name_en: str, permille: int, actor: str,
    at: datetime,
) -> Code:  # fmt: skip
    """A code for a guide or an inn, with what it earns from now on."""
    with transaction.atomic():
        made: Code = Code.objects.create(
            region_id=region_id, holder_id=holder_id, name_zh=name_zh, name_en=name_en,
            code=codes.new_code(LENGTH), actor=actor, made_at=at,
        )  # fmt: skip
        Rate.objects.create(code=made, valid_from=at, permille=permille, actor=actor, made_at=at)
        facts = {"code": made.code, "holder": f"user:{holder_id}", "permille": permille}
        _tell(made, "referral.make", actor, at, facts)
    return made


def agree_rate(
    *, code_id: int, permille: int, valid_from: datetime, actor: str, at: datetime
) -> Rate:
    """Another version of what a code earns; orders that are placed keep what held for them.

    :raises BeginsTooEarly: before ``at``, or not after every other version.
    """
    with transaction.atomic():
        code = Code.objects.select_for_update(no_key=True).get(pk=code_id)
        if valid_from < at or code.rates.filter(valid_from__gte=valid_from).exists():
            raise BeginsTooEarly(field="begins_on")
        made = Rate.objects.create(
            code=code, valid_from=valid_from, permille=permille, actor=actor, made_at=at
        )
        facts = {"permille": permille, "valid_from": valid_from.isoformat()}
        _tell(code, "referral.agree-rate", actor, at, facts)
    return made


def close(*, code_id: int, actor: str, at: datetime) -> None:
    """Nothing more is bought by it; what was bought by it still earns.

    :raises Closed: it is closed already.
    """
    with transaction.atomic():
        if not Code.objects.filter(pk=code_id, is_open=True).update(is_open=False):
            raise Closed
        _tell(Code.objects.get(pk=code_id), "referral.close", actor, at, {})


def book(used: Sequence[Used], *, at: datetime) -> int:
    """Give or take what these journeys have earned more or less than before; how many moved.

    Set-based; repeating it changes nothing. Nobody earns by what they buy themselves.
    """
    known = queries.by_code({each.via for each in used}) if used else {}
    if not known:
        return 0
    with transaction.atomic():
        # Whoever books for the same code at once waits here: what was booked is read after it.
        ids = sorted(code.pk for code in known.values())
        list(Code.objects.filter(pk__in=ids).order_by("pk").select_for_update(no_key=True))
        orders = [each.order_id for each in used]
        before = {c.order_id: c for c in Commission.objects.filter(order_id__in=orders)}
        held = queries.rates(ids)
        owed = [_owed(each, known[each.via], held, at) for each in used if each.via in known]
        moved = [each for each in owed if each.fen != _fen(before.get(each.order_id))]
        regions = {each.order_id: each for each in used}
        ledger.post_many(_entry(each, regions[each.order_id], before, at) for each in moved)
        _write(moved, before)
    return len(moved)


def _owed(used: Used, code: Code, held: Mapping[int, Sequence[Rate]], at: datetime) -> Commission:
    """As it stands: by the rate of the moment it was bought, to the nearest fen."""
    rates = held.get(code.pk, ())
    rate = next((rate for rate in rates if rate.valid_from <= used.placed_at), None)
    permille = 0 if rate is None or _is_own(used, code) else rate.permille
    return Commission(
        code=code,
        order_id=used.order_id,
        base_fen=used.base_fen,
        permille=permille,
        fen=(used.base_fen * permille + 500) // 1000,
        earned_at=at,
    )


def _is_own(used: Used, code: Code) -> bool:
    """Whether the buyer is who holds the code: by account, or by the phone that was left."""
    phone = code.holder.phone_index
    return used.user_id == code.holder_id or bool(phone and phone == used.contact_index)


def _fen(before: Commission | None) -> int:
    return before.fen if before else 0


def _entry(
    each: Commission, used: Used, before: Mapping[int, Commission], at: datetime
) -> ledger.NewEntry:
    known = before.get(each.order_id)
    more = each.fen - _fen(known)
    return ledger.NewEntry(
        key=f"referral:{each.order_id}:{known.changes if known else 0}",
        subject=f"order:{each.order_id}",
        memo="commission of a distribution code",
        postings=[(f"referral:{used.region_id}", more), (each.code.account, -more)],
        region_id=used.region_id,
        currency=used.currency,
        at=at,
    )


def _write(moved: Sequence[Commission], before: Mapping[int, Commission]) -> None:
    for each in moved:
        if known := before.get(each.order_id):
            each.changes, each.earned_at = known.changes + 1, known.earned_at
    Commission.objects.bulk_create(
        moved,
        update_conflicts=True,
        unique_fields=["order_id"],
        update_fields=["base_fen", "permille", "fen", "changes"],
    )


def _tell(code: Code, action: str, actor: str, at: datetime, facts: dict[str, object]) -> None:
    audit.record(actor=actor, action=action, subject=f"referral:{code.pk}", facts=facts, at=at)
