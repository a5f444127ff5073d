"""A scan that was a mistake is taken back by the chief at the gate: soon, with a reason, and as a whole."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import models, transaction
from django.db.models import F
from django.utils.translation import gettext_lazy as _

from bookings.contracts import Direction
from bookings.ledger import operations as ledger
from bookings.orders import operations as orders
from bookings.orders.models import Line
from bookings.vouchers.models import Redemption, Voucher, Why
from bookings.vouchers.operations import beside, steps
from bookings.vouchers.operations.writing import facts_of, use_key
from kernel.audit import operations as audit
from kernel.errors import NotFound, Refusal
from kernel.outbox import operations as outbox

WITHIN = timedelta(minutes=10)
"""So long after it was made a scan can be taken back."""

_STEP_BACK = """
    UPDATE bookings_vouchers_voucher AS voucher
    SET entries_used = voucher.entries_used - wish.was_in::int, is_inside = wish.was_inside,
        entered_at = CASE WHEN voucher.entries_used > wish.was_in::int THEN voucher.entered_at END,
        state = CASE WHEN wish.was_in THEN 'ACTIVE' ELSE voucher.state END
    FROM unnest(%s::bigint[], %s::bool[], %s::bool[]) AS wish(id, was_in, was_inside)
    WHERE voucher.id = wish.id
"""


class NoReason(Refusal):
    """Who takes a scan back says why."""

    code = "no_reason"
    status = 400
    message = _("Please write down what was wrong with this scan.")


class TooLateToUndo(Refusal):
    """It was made too long ago."""

    code = "too_late_to_undo"
    message = _("A scan can be taken back for 10 minutes. This one is older.")


class UndoneBefore(Refusal):
    """A scan is taken back once."""

    code = "undone_before"
    message = _("This scan has been taken back already.")


class PassedSince(Refusal):
    """By the same voucher somebody has passed since."""

    code = "passed_since"
    message = _("Somebody has passed by this code since. Take back the last scan first.")


class GivenBack(Refusal):
    """What was used was cancelled since."""

    code = "given_back"
    message = _("This was cancelled meanwhile: there is nothing left to be used again.")


def undo(*, redemption_id: int, actor: str, reason: str, at: datetime) -> list[Redemption]:
    """Take back the whole scan that a passage belongs to; what it used can be used again.

    The money of a part that nobody has used otherwise goes back to what is owed to its supplier, and
    its line is no longer used. Who may ask for it is the caller's to know.

    :raises Refusal: NotFound, NoReason, TooLateToUndo, UndoneBefore, PassedSince, GivenBack; nothing
        has changed.
    """
    if not reason.strip():
        raise NoReason(field="reason")
    with transaction.atomic(durable=True):
        rows = _locked(redemption_id)
        _check(rows, at)
        _step_back(rows, actor, at)
        Redemption.objects.filter(pk__in=[row.pk for row in rows]).update(undone_at=at)
        _unbook(rows, reason, at)
        _tell(rows, actor, reason, at)
    return rows


def _locked(redemption_id: int) -> list[Redemption]:
    """The passages of the scan, with lines before vouchers locked, as everybody locks them."""
    found = Redemption.objects.filter(pk=redemption_id).select_related("voucher").first()
    if found is None:
        raise NotFound
    of_scan = Redemption.objects.filter(
        actor=found.actor,
        request_key=found.request_key,
        voucher__carrier=found.voucher.carrier_id,
    )
    lines = Line.objects.filter(pk__in=of_scan.values("voucher__line"))
    list(lines.order_by("pk").select_for_update(no_key=True))
    vouchers = Voucher.objects.filter(pk__in=of_scan.values("voucher"))
    list(vouchers.order_by("pk").select_for_update(no_key=True))
    return list(of_scan.select_related("voucher__line__order").order_by("pk"))


def _check(rows: Sequence[Redemption], at: datetime) -> None:
    for row in rows:
        if row.undone_at is not None:
            raise UndoneBefore
        if at - row.at > WITHIN:
            raise TooLateToUndo
        if row.voucher.part_key in row.voucher.line.cancelled_parts:
            raise GivenBack
        if _counted(row).filter(pk__gt=row.pk).exists():
            raise PassedSince


def _counted(row: Redemption) -> models.QuerySet[Redemption]:
    return Redemption.objects.filter(voucher=row.voucher_id, undone_at__isnull=True)


def _step_back(rows: Sequence[Redemption], actor: str, at: datetime) -> None:
    """The vouchers as they stood before these passages."""
    wishes = [list(column) for column in zip(*map(_before, rows), strict=True)]
    steps.take_all(_STEP_BACK, wishes, why=Why.UNDONE, actor=actor, at=at)


def _before(row: Redemption) -> tuple[int, bool, bool]:
    """A voucher, whether an entry is taken from it, and whether the passage before went in."""
    before = _counted(row).filter(pk__lt=row.pk).order_by("-pk").first()
    was_inside = before is not None and before.direction == Direction.IN
    return row.voucher_id, row.direction == Direction.IN, was_inside


def _unbook(rows: Sequence[Redemption], why: str, at: datetime) -> None:
    """Parts that nobody has used otherwise are unused again, in the books and on their lines, and with
    the last of a line what went along with its people."""
    parts = {
        (row.voucher.line_id, row.voucher.part_key): row.voucher
        for row in rows
        if row.direction == Direction.IN
    }
    unused = [part for part in sorted(parts) if not _is_used(*part)]
    for line_id, part_key in unused:
        ledger.take_back(key=use_key(parts[line_id, part_key]), why=why, at=at)
        of_part = Voucher.objects.filter(line=line_id, part_key=part_key)
        of_part.update(taken_back=F("taken_back") + 1)
    lines = {line_id: parts[line_id, part_key].line for line_id, part_key in unused}
    left = beside.unused(lines.values())
    for key in [key for keys in left.values() for key in keys]:
        ledger.take_back(key=key, why=why, at=at)
    orders.mark_unused([*unused, *left])


def _is_used(line_id: int, part_key: str) -> bool:
    entries = Redemption.objects.filter(direction=Direction.IN, undone_at__isnull=True)
    return entries.filter(voucher__line=line_id, voucher__part_key=part_key).exists()


def _tell(rows: Sequence[Redemption], actor: str, reason: str, at: datetime) -> None:
    audit.record(
        actor=actor,
        action="vouchers.undone",
        subject=f"redemption:{rows[0].pk}",
        facts={"why": reason.strip()[:200], "redemptions": [row.pk for row in rows]},
        at=at,
    )
    outbox.record_many(
        [outbox.News("bookings.voucher.undone", f"undone:{row.pk}", facts_of(row)) for row in rows],
        at=at,
    )
