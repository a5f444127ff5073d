"""Issue, void and redeem vouchers.

A passage is one compare-and-set on the voucher: whoever moves ``entries_used`` lets the person in.
Gate, bus, hotel desk and partner all come through ``redeem``.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.travellers import queries as travellers
from bookings.codes import operations as issuer
from bookings.codes import wire
from bookings.contracts import Entitlement
from bookings.ledger import operations as ledger
from bookings.orders import operations as orders
from bookings.orders.models import Line
from bookings.vouchers.models import Pass, Redemption, RefusedScan, Voucher, VoucherState
from kernel import codes
from kernel.errors import Refusal
from kernel.naming import say
from kernel.outbox import operations as outbox

_CODE_FOR = timedelta(days=400)


class UnknownCode(Refusal):
    """A short code that nobody has."""

    code = "unknown_code"
    status = 404
    message = _("Nobody has this code. Please look at it again.")


class WrongPlace(Refusal):
    """A good code, for somewhere or something else."""

    code = "wrong_place"
    message = _("Not good here. It is good for: %(good_for)s")


class TooEarly(Refusal):
    """Its time has not come."""

    code = "too_early"
    message = _("Too early: good from %(valid_from)s.")


class TooLate(Refusal):
    """Its time has passed."""

    code = "too_late"
    message = _("Too late: it was good until %(valid_until)s.")


class AlreadyUsed(Refusal):
    """All its entries are used."""

    code = "already_used"
    message = _("Already used at %(used_at)s.")


class Voided(Refusal):
    """Cancelled: the money went back."""

    code = "voided"
    message = _("Cancelled. It is no longer good.")


class UsedAlready(Refusal):
    """A part that was used cannot be voided."""

    code = "used_already"
    message = _("%(title)s was used already.")


@dataclass(frozen=True, slots=True)
class Redeemed:
    """Who was let in, and what staff should know. ``is_repeat``: this very scan came before."""

    holder: str
    masked: str
    show: dict[str, object]
    entry_no: int
    entries_allowed: int
    at: datetime
    is_repeat: bool


def issue(*, line: Line, entitlements: Sequence[Entitlement], at: datetime) -> None:
    """Make a line's vouchers, once; each traveller's go onto the traveller's one Pass."""
    passes = {
        traveller_id: _pass(line, traveller_id, at)
        for traveller_id in sorted({e.traveller_id for e in entitlements})
    }
    Voucher.objects.bulk_create(
        [
            Voucher(
                pass_for=passes[e.traveller_id],
                line=line,
                part_key=e.part_key,
                zone=e.zone,
                valid_from=e.valid_from,
                valid_until=e.valid_until,
                entries_allowed=e.entries,
                show=dict(e.show),
            )
            for e in entitlements
        ],
        ignore_conflicts=True,
    )


def _pass(line: Line, traveller_id: int, at: datetime) -> Pass:
    """The traveller's Pass in this order, made when it is not there."""
    serial = secrets.token_bytes(16)
    person = travellers.by_id(traveller_id)
    Pass.objects.bulk_create(
        [
            Pass(
                order_id=line.order_id,
                traveller_id=traveller_id,
                holder=person.name if person else "",
                masked=person.masked if person else "",
                serial=serial.hex(),
                short_code=codes.new_code(),
                code=issuer.sign(
                    serial=serial, valid_from=at, valid_until=at + _CODE_FOR, at=at
                ),
                created_at=at,
            )
        ],
        ignore_conflicts=True,
    )
    return Pass.objects.get(order_id=line.order_id, traveller_id=traveller_id)


def void(*, line: Line, part_keys: Collection[str], at: datetime) -> None:
    """Make these parts' vouchers worthless, in the caller's transaction.

    :raises UsedAlready: one of them was used; nothing has changed once the caller rolls back.
    """
    mine = Voucher.objects.filter(line=line, part_key__in=part_keys).order_by("pk")
    if any(v.entries_used for v in mine.select_for_update(no_key=True)):
        raise UsedAlready(title=str(line))
    mine.update(state=VoucherState.VOID)


def redeem(*, text: str, zone: str, actor: str, request_key: str, at: datetime) -> Redeemed:
    """Let one person in at a zone. ``text`` is a scanned code or a typed short code.

    The same ``request_key`` again is the same passage: it is answered and not counted twice.

    :raises Refusal: Forged, Expired, UnknownCode, WrongPlace, TooEarly, TooLate, AlreadyUsed, Voided;
        nobody is counted, the refused scan is noted.
    """
    found: Pass | None = None
    try:
        found = find_pass(text, at=at)
        with transaction.atomic(durable=True):
            return _repeated(found, request_key) or _let_in(found, zone, actor, request_key, at)
    except Refusal as refusal:
        RefusedScan.objects.create(
            zone=zone, reason=refusal.code, actor=actor, pass_for=found, at=at
        )
        raise


def find_pass(text: str, *, at: datetime) -> Pass:
    """The Pass of a scanned or typed code.

    :raises Refusal: Forged, Expired, UnknownCode.
    """
    text = text.strip()
    if text.upper().startswith(wire.PREFIX):
        serial = issuer.check(text.upper(), at=at).serial
        found = Pass.objects.filter(serial=serial.hex()).first()
    else:
        found = Pass.objects.filter(short_code=codes.normalise(text)[:12]).first()
    if found is None:
        raise UnknownCode(field="code")
    return found


def _repeated(found: Pass, request_key: str) -> Redeemed | None:
    done = (
        Redemption.objects.select_related("voucher")
        .filter(request_key=request_key, voucher__pass_for=found)
        .first()
    )
    return None if done is None else _answer(found, done.voucher, done, is_repeat=True)


def _let_in(found: Pass, zone: str, actor: str, request_key: str, at: datetime) -> Redeemed:
    here = Voucher.objects.filter(pass_for=found, zone=zone)
    for voucher in here.filter(**_good(at)).order_by("valid_until", "pk"):
        if _enter(voucher, at):
            voucher.refresh_from_db()
            return _record(found, voucher, actor, request_key, at)
    raise _why_not(found, here, at)


def _good(at: datetime) -> dict[str, object]:
    return {
        "state": VoucherState.ACTIVE,
        "valid_from__lte": at,
        "valid_until__gt": at,
        "entries_used__lt": F("entries_allowed"),
    }


def _enter(voucher: Voucher, at: datetime) -> bool:
    """The compare-and-set that counts a passage."""
    good = Voucher.objects.filter(pk=voucher.pk, **_good(at))
    return bool(good.update(entries_used=F("entries_used") + 1))


def _record(
    found: Pass, voucher: Voucher, actor: str, request_key: str, at: datetime
) -> Redeemed:
    done = Redemption.objects.create(
        voucher=voucher,
        entry_no=voucher.entries_used,
        actor=actor,
        request_key=request_key,
        at=at,
    )
    if voucher.entries_used == 1:
        _book_used(voucher, at)
        orders.mark_used(line_id=voucher.line_id, part_key=voucher.part_key, at=at)
    outbox.record(
        name="bookings.voucher.redeemed",
        key=f"redeemed:{voucher.pk}:{voucher.entries_used}",
        facts={
            "voucher_id": voucher.pk,
            "line_id": voucher.line_id,
            "order_id": found.order_id,
            "part_key": voucher.part_key,
            "zone": voucher.zone,
        },
        at=at,
    )
    return _answer(found, voucher, done, is_repeat=False)


def _book_used(voucher: Voucher, at: datetime) -> None:
    """What is used is the supplier's for good."""
    line = Line.objects.select_related("order").get(pk=voucher.line_id)
    price = next(p.price_fen for p in line.frozen_parts if p.key == voucher.part_key)
    ledger.post(
        key=f"used:line:{line.pk}:{voucher.part_key}",
        subject=line.order.subject,
        memo="used",
        postings=[(f"supplier:{line.supplier_id}", price), (f"revenue:{line.supplier_id}", -price)],
        region_id=line.region_id,
        currency=line.order.currency,
        at=at,
    )


def _answer(found: Pass, voucher: Voucher, done: Redemption, *, is_repeat: bool) -> Redeemed:
    return Redeemed(
        holder=found.holder,
        masked=found.masked,
        show=dict(voucher.show),
        entry_no=done.entry_no,
        entries_allowed=voucher.entries_allowed,
        at=done.at,
        is_repeat=is_repeat,
    )


def _why_not(found: Pass, here: QuerySet[Voucher], at: datetime) -> Refusal:
    """The reason that helps most, of the vouchers for this zone; else where it is good."""
    vouchers = list(here.order_by("valid_from", "pk"))
    active = [v for v in vouchers if v.state == VoucherState.ACTIVE]
    if not vouchers:
        return WrongPlace(good_for=_good_for(found))
    if not active:
        return Voided()
    used = [v for v in active if v.entries_used >= v.entries_allowed]
    coming = [v for v in active if v.valid_from > at and v not in used]
    if coming:
        return TooEarly(valid_from=coming[0].valid_from.isoformat())
    if used:
        last = Redemption.objects.filter(voucher__in=used).order_by("-at").first()
        return AlreadyUsed(used_at=last.at.isoformat() if last else "")
    return TooLate(valid_until=active[-1].valid_until.isoformat())


def _good_for(found: Pass) -> str:
    good = found.vouchers.filter(
        state=VoucherState.ACTIVE, entries_used__lt=F("entries_allowed")
    ).select_related("line")
    words = [say(v.line.title) for v in good.order_by("valid_from")[:3]]
    return " · ".join(words) or str(_("nothing any more"))
