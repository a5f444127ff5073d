"""Letting people in: a code is shown at a post, and a voucher of that place is used up by one.

Who is first is decided by one guarded UPDATE; UNIQUE (voucher, entry) and CHECKs stand behind it.
The rows of the lines are locked before the vouchers, as cancelling does, so that the two wait for
each other instead of deadlocking.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from bookings.codes import queries as issuers
from bookings.codes import wire
from bookings.dues import queries as dues
from bookings.ledger import operations as ledger
from bookings.orders import operations as orders
from bookings.orders.models import Line
from bookings.vouchers.models import (
    SHORT_CODE,
    Pass,
    Redemption,
    State,
    TurnedAway,
    Voucher,
)
from bookings.vouchers.posts import Post
from kernel import codes
from kernel.errors import Refusal
from kernel.naming import say
from kernel.outbox import operations as outbox

_USE = """
    UPDATE bookings_vouchers_voucher
    SET entries_used = entries_used + 1,
        state = CASE WHEN entries_used + 1 = entries_allowed THEN 'USED' ELSE 'ACTIVE' END
    WHERE id = %s AND state = 'ACTIVE' AND entries_used < entries_allowed
        AND valid_from <= %s AND valid_until > %s
    RETURNING entries_used
"""


class NotAdmitted(Refusal):
    """Why a code does not open this post. ``voucher`` is the one that was looked at, if any."""

    def __init__(self, *, voucher: Voucher | None = None, **facts: Any) -> None:
        super().__init__(**facts)
        self.voucher = voucher


class UnknownCode(NotAdmitted):
    """No pass has this code."""

    code = "unknown_code"
    status = 404
    message = _("This code is not known. Compare it with the holder's page, letter by letter.")


class NotOurs(NotAdmitted):
    """A good code, with nothing on it for the organisation that scans."""

    code = "not_ours"
    message = _("This code is good, but nothing on it is for you. The holder's page says where.")


class WrongPlace(NotAdmitted):
    """Good at another place or for another run of the same organisation."""

    code = "wrong_place"
    message = _("Not here. This code is good for: %(title)s, %(starts_at)s.")


class TooEarly(NotAdmitted):
    """Its window is not open yet."""

    code = "too_early"
    message = _("Too early: good from %(valid_from)s until %(valid_until)s. Scan it again then.")


class TooLate(NotAdmitted):
    """Its window is over."""

    code = "too_late"
    message = _("Too late: it was good until %(valid_until)s.")


class AlreadyUsed(NotAdmitted):
    """Every entry was used."""

    code = "already_used"
    message = _("Used already: %(used_at)s, %(place)s.")


class Voided(NotAdmitted):
    """Cancelled, and perhaps paid back."""

    code = "voided"
    message = _("Cancelled on %(voided_at)s.")


class RestUnpaid(NotAdmitted):
    """A part of the price was to be paid before use, and is not."""

    code = "rest_unpaid"
    message = _("The rest of the price is not paid yet. It can be paid on the holder's page.")


class NotEnough(NotAdmitted):
    """More people than the code still lets in."""

    code = "not_enough"
    message = _("Only %(left)s can still enter with this code.")


@dataclass(frozen=True, slots=True)
class Redeemed:
    """Who was let in: one voucher a person. ``is_repeat``: the same request was answered before."""

    vouchers: tuple[Voucher, ...]
    at: datetime
    is_repeat: bool = False


def redeem(
    *,
    text: str,
    post: Post,
    actor: str,
    request_key: str,
    at: datetime,
    persons: int | None = None,
) -> Redeemed:
    """Use one entry of the code's voucher for this post, or of as many as ``persons`` enter.

    ``text`` is a scanned code or a typed short code. A named pass lets in its holder; a pass without
    names lets in ``persons``, or everybody who is left. The same ``request_key`` of the same actor
    with the same code gets the same answer and uses nothing again. Every refusal is kept.

    :raises Refusal: Forged, Expired, UnknownCode, NotOurs, WrongPlace, TooEarly, TooLate,
        AlreadyUsed, Voided, RestUnpaid, NotEnough; nothing was used.
    """
    try:
        carrier = _resolve(text, at)
        with transaction.atomic(durable=True):
            _lock_lines(carrier, post)
            return _repeat(carrier, post, actor, request_key) or _let_in(
                carrier, post, actor, request_key, at, persons
            )
    except Refusal as refusal:
        _keep(refusal, post, actor, at)
        raise


def _resolve(text: str, at: datetime) -> Pass:
    """The pass of a scanned or typed code."""
    shown = "".join(text.split()).upper()
    if shown.startswith(wire.PREFIX) and len(shown) > SHORT_CODE:
        serial = issuers.verify(shown, at=at).serial
        found = Pass.objects.filter(serial=serial.hex())
    else:
        found = Pass.objects.filter(short_code=codes.normalise(shown))
    carrier = found.select_related("order__region").first()
    if carrier is None:
        raise UnknownCode
    return carrier


def _lock_lines(carrier: Pass, post: Post) -> None:
    wanted = Voucher.objects.filter(carrier=carrier, zone=post.zone).values("line_id")
    lines = Line.objects.filter(pk__in=wanted, supplier_id=post.organisation_id)
    list(lines.order_by("pk").select_for_update(no_key=True))


def _repeat(carrier: Pass, post: Post, actor: str, request_key: str) -> Redeemed | None:
    """The answer this request got before, if any."""
    done = list(
        Redemption.objects.filter(
            actor=actor, request_key=request_key, zone=post.zone, voucher__carrier=carrier
        )
        .select_related("voucher__line", "voucher__carrier")
        .order_by("pk")
    )
    if not done:
        return None
    return Redeemed(tuple(each.voucher for each in done), done[0].at, is_repeat=True)


def _let_in(
    carrier: Pass, post: Post, actor: str, request_key: str, at: datetime, persons: int | None
) -> Redeemed:
    ours = list(
        Voucher.objects.filter(carrier=carrier, line__supplier_id=post.organisation_id)
        .select_related("line__order", "carrier")
        .order_by("valid_until", "pk")
    )
    ready = [v for v in ours if v.zone == post.zone and _is_good(v) and v.is_within(at)]
    if not ready:
        raise _why_not(ours, post, at, carrier.order.region.tz)
    chosen = _choose(_paid(ready), carrier, persons)
    for voucher in sorted(chosen, key=lambda each: each.pk):
        if not _use(voucher, at):
            voucher.refresh_from_db()
            raise _why_not([voucher], post, at, carrier.order.region.tz)
        _write(voucher, post, actor, request_key, at)
    return Redeemed(tuple(chosen), at)


def _is_good(voucher: Voucher) -> bool:
    """The line knows first of a part that is cancelled or changed; the voucher hears of it."""
    return voucher.state == State.ACTIVE and voucher.part_key not in voucher.line.cancelled_parts


def _paid(ready: Sequence[Voucher]) -> Sequence[Voucher]:
    """Those of lines that owe nothing before use. :raises RestUnpaid: there is none."""
    owing = dues.unpaid_before_use({voucher.line_id for voucher in ready})
    paid = [voucher for voucher in ready if voucher.line_id not in owing]
    if not paid:
        raise RestUnpaid(voucher=ready[0])
    return paid


def _choose(ready: Sequence[Voucher], carrier: Pass, persons: int | None) -> Sequence[Voucher]:
    wanted = 1 if carrier.traveller_id else persons or len(ready)
    if wanted > len(ready):
        raise NotEnough(voucher=ready[0], left=len(ready))
    return ready[:wanted]


def _use(voucher: Voucher, at: datetime) -> bool:
    """Count one entry, if the voucher still gives one; the row's new figures are put on it."""
    with connection.cursor() as cursor:
        cursor.execute(_USE, [voucher.pk, at, at])
        row = cursor.fetchone()
    if row is None:
        return False
    voucher.entries_used = row[0]
    return True


def _write(voucher: Voucher, post: Post, actor: str, request_key: str, at: datetime) -> None:
    """All that follows from one entry: the row, the money, the line, the news."""
    line = voucher.line
    Redemption.objects.create(
        voucher=voucher,
        region_id=voucher.region_id,
        entry_no=voucher.entries_used,
        zone=post.zone,
        place=dict(post.title),
        actor=actor,
        request_key=request_key,
        at=at,
    )
    claim_fen = next(p.claim_fen for p in line.frozen_parts if p.key == voucher.part_key)
    ledger.post(
        # Once a part, however many vouchers and entries it has.
        key=f"used:line:{line.pk}:{voucher.part_key}",
        subject=f"order:{line.order_id}",
        memo="used by the holder",
        postings=[
            (f"supplier:{line.supplier_id}", claim_fen),
            (f"revenue:{line.supplier_id}", -claim_fen),
        ],
        region_id=line.region_id,
        currency=line.order.currency,
        at=at,
    )
    orders.mark_used(line_id=line.pk, part_key=voucher.part_key, at=at)
    outbox.record(
        name="bookings.voucher.redeemed",
        key=f"redeemed:{voucher.pk}:{voucher.entries_used}",
        facts={
            "voucher_id": voucher.pk,
            "line_id": line.pk,
            "order_id": line.order_id,
            "part_key": voucher.part_key,
            "zone": post.zone,
        },
        at=at,
    )


def _why_not(ours: Sequence[Voucher], post: Post, at: datetime, zone: ZoneInfo) -> NotAdmitted:
    """The reason that helps most: of the voucher that comes nearest to this place and moment."""
    if not ours:
        return NotOurs()
    nearest = min(
        ours,
        key=lambda v: (v.state == State.VOIDED, v.zone != post.zone, _distance(v, at)),
    )
    return _reason(nearest, post, at, zone)


def _reason(voucher: Voucher, post: Post, at: datetime, zone: ZoneInfo) -> NotAdmitted:
    if voucher.state == State.VOIDED:
        assert voucher.voided_at is not None, "a CHECK says so"
        return Voided(voucher=voucher, voided_at=voucher.voided_at.astimezone(zone))
    if voucher.zone != post.zone:
        title = " · ".join(filter(None, [say(voucher.line.title), say(voucher.line.subtitle)]))
        starts_at = voucher.line.starts_at.astimezone(zone)
        return WrongPlace(voucher=voucher, title=title, starts_at=starts_at)
    if voucher.state == State.USED:
        last = voucher.redemptions.order_by("-entry_no")[0]
        used_at = last.at.astimezone(zone)
        return AlreadyUsed(voucher=voucher, used_at=used_at, place=say(last.place))
    window = {
        "valid_from": voucher.valid_from.astimezone(zone),
        "valid_until": voucher.valid_until.astimezone(zone),
    }
    is_early = at < voucher.valid_from
    return (TooEarly if is_early else TooLate)(voucher=voucher, **window)


def _distance(voucher: Voucher, at: datetime) -> timedelta:
    """How far a moment is from a voucher's window; nothing inside it."""
    return max(voucher.valid_from - at, at - voucher.valid_until, timedelta(0))


def _keep(refusal: Refusal, post: Post, actor: str, at: datetime) -> None:
    TurnedAway.objects.create(
        organisation_id=post.organisation_id,
        region_id=post.region_id,
        zone=post.zone,
        place=dict(post.title),
        reason=refusal.code,
        voucher=getattr(refusal, "voucher", None),
        actor=actor,
        at=at,
    )
