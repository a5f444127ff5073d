"""Cancel parts and start the refund that was shown.

``cancel`` refuses when the sum has moved meanwhile. What is kept is booked to the supplier.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from bookings.dues import operations as dues
from bookings.dues import queries as dues_of
from bookings.ledger import operations as ledger
from bookings.orders import operations as orders
from bookings.orders.models import Line, Order, State
from bookings.points import operations as points
from bookings.refunds.models import CancelledPart, Reason, Refund
from bookings.refunds.operations.quoting import CANCELLABLE, NotCancellable, Quote, quote
from bookings.refunds.operations.returning import send_back
from bookings.vouchers import operations as vouchers
from kernel import codes
from kernel.audit import operations as audit
from kernel.errors import Refusal
from kernel.outbox import operations as outbox


class RefundMoved(Refusal):
    """What comes back is no longer what was shown: a step of the terms has passed."""

    code = "refund_moved"
    message = _("What you get back has changed meanwhile. Please look at the new sum.")


def cancel(
    *,
    order: Order,
    parts: Mapping[int, Sequence[str]],
    shown_fen: int,
    actor: str,
    reason: str,
    at: datetime,
) -> list[Refund]:
    """Cancel parts of a paid order and start the refund that was shown.

    :raises NotCancellable: a part is used or cancelled already. :raises RefundMoved: another sum.
    :raises Flagged: the buyer alone, while a person must look at the journey. Nothing has changed then.
    """
    with transaction.atomic(durable=True):
        order = Order.objects.select_for_update(no_key=True).get(pk=order.pk)
        if reason == Reason.BUYER:
            orders.refuse_flagged(order)
        quoted = quote_locked(order, parts, at)
        if quoted.refund_fen != shown_fen:
            raise RefundMoved(shown_fen=shown_fen, refund_fen=quoted.refund_fen)
        return carry_out(order, parts, quoted, actor, reason, at)


def give_all_back(*, line: Line, at: datetime) -> bool:
    """Cancel what is open of a line that its supplier does not give; False where there is nothing.

    That is what is not paid (delivery refuses it) and what was used or cancelled meanwhile. One
    transaction of its own; repeating it does nothing more.
    """
    parts = {line.pk: [part.key for part in line.open_parts]}
    try:
        quoted = quote(order=line.order, parts=parts, at=at)
        cancel(
            order=line.order,
            parts=parts,
            shown_fen=quoted.refund_fen,
            actor="system",
            reason=Reason.OPERATOR,
            at=at,
        )
    except NotCancellable:
        return False
    return True


def cancel_for(
    *,
    order: Order,
    parts: Mapping[int, Sequence[str]],
    refund_fen: int,
    actor: str,
    reason: str,
    at: datetime,
) -> list[Refund]:
    """Cancel parts for a sum that a person has decided, whatever the terms say.

    Runs in the caller's transaction. :raises NotCancellable: as ``cancel``. :raises TooMuch: more than
    was received.
    """
    order = Order.objects.select_for_update(no_key=True).get(pk=order.pk)
    quoted = quote_locked(order, parts, at).returning(refund_fen)
    return carry_out(order, parts, quoted, actor, reason, at)


def cancel_as_of(
    *, order: Order, parts: Mapping[int, Sequence[str]], moment: datetime, reason: str, at: datetime
) -> list[Refund]:
    """Cancel parts by what the terms gave at an earlier ``moment``, that nobody has kept to.

    Runs in the caller's transaction. :raises NotCancellable: as ``cancel``.
    """
    order = Order.objects.select_for_update(no_key=True).get(pk=order.pk)
    quoted = quote_locked(order, parts, moment)
    return carry_out(order, parts, quoted, "system", reason, at)


def end_all(*, line_id: int, at: datetime) -> None:
    """A supplier said no to a line of an order that is all or nothing: all of it goes back whole."""
    order = Order.objects.get(lines=line_id)
    if not order.is_all_or_nothing:
        return
    order = Order.objects.select_for_update(no_key=True).get(pk=order.pk)
    parts = {
        line.pk: [part.key for part in line.open_parts]
        for line in order.lines.filter(state__in=CANCELLABLE)
        if line.open_parts
    }
    if parts:
        quoted = quote_locked(order, parts, at)
        everything = quoted.returning(quoted.received_fen)
        carry_out(order, parts, everything, "system", Reason.SUPPLIER, at)


def quote_locked(order: Order, parts: Mapping[int, Sequence[str]], at: datetime) -> Quote:
    """Lines before vouchers, as the gate locks them: who scans and who cancels never wait in a circle."""
    lines = Line.objects.filter(order=order, pk__in=parts).order_by("pk")
    list(lines.select_for_update(no_key=True))
    return quote(order=order, parts=parts, at=at)


def carry_out(
    order: Order,
    parts: Mapping[int, Sequence[str]],
    quoted: Quote,
    actor: str,
    reason: str,
    at: datetime,
) -> list[Refund]:
    """Cancel what was quoted, in the caller's transaction and under its locks."""
    before = list(Line.objects.filter(order=order, pk__in=parts).order_by("pk"))
    for line in before:
        vouchers.void(line=line, part_keys=parts[line.pk], at=at, actor=actor)
    orders.withdraw_parts(parts=parts, at=at)
    key = f"cancel:{order.pk}:{codes.new_token()}"
    ledger.post_many([_cancelled(order, line, quoted, key, at) for line in before])
    _keep_points(order, before, quoted, key, at)
    for line in Line.objects.filter(pk__in=parts):
        dues.waive(line=line, part_keys=parts[line.pk])
    CancelledPart.objects.bulk_create(
        CancelledPart(
            line_id=row.line_id, part_key=row.part_key, base_fen=row.base_fen,
            refund_fen=row.refund_fen, cancelled_at=at,
        )
        for row in quoted.rows
    )  # fmt: skip
    audit.record(
        actor=actor,
        action="order.cancel",
        subject=order.subject,
        at=at,
        facts={"refund_fen": quoted.refund_fen, "reason": reason},
    )
    outbox.record(
        name="bookings.order.parts-cancelled",
        key=key,
        facts={"order_id": order.pk, "refund_fen": quoted.refund_fen},
        at=at,
    )
    back = {(row.line_id, row.part_key): row.refund_fen for row in quoted.rows}
    whole = {str(line_id): list(keys) for line_id, keys in parts.items()}
    return send_back(order, back, key, reason, actor, at, whole)


def _keep_points(
    order: Order, lines: Sequence[Line], quoted: Quote, key: str, at: datetime
) -> None:
    """Of points that paid a part, the share is kept that is kept of its money, rounded down.

    All of them have just come back with the places.
    """
    kept: Counter[int] = Counter()
    for line in lines:
        keys = {row.part_key for row in quoted.rows if row.line_id == line.pk}
        price = sum(row.price_fen for row in quoted.rows if row.line_id == line.pk)
        share = min(quoted.kept_fen(line.pk), price)
        parts = (part for part in line.frozen_parts if part.key in keys)
        for bucket_id, units in orders.points_in(parts).items():
            kept[bucket_id] += units * share // price if price else 0
    points.keep(order_id=order.pk, key=key, points=+kept, at=at)


def _cancelled(order: Order, line: Line, quoted: Quote, key: str, at: datetime) -> ledger.NewEntry:
    """The supplier's claim on cancelled parts becomes the buyer's again, less what is kept.

    What metering has added to the price, or taken off it, is taken back with them. The platform bears of
    what is kept the share that it bore of the price, and has the rest of its discount back.
    """
    rows = [row for row in quoted.rows if row.line_id == line.pk]
    price = sum(row.price_fen for row in rows)
    beyond = dues_of.metered_beyond(line, [row.part_key for row in rows])
    kept = quoted.kept_fen(line.pk)
    promoted = quoted.promoted_fen(line)
    borne = promoted * kept // price if price else 0
    is_delivered = line.state == State.CONFIRMED
    owed_by = f"supplier:{line.supplier_id}" if is_delivered else f"buyer:{order.pk}"
    promised = promoted if is_delivered else 0
    return ledger.NewEntry(
        key=f"{key}:line:{line.pk}",
        subject=order.subject,
        memo="cancelled",
        postings=[
            (owed_by, price + promised),
            (f"promotion:{order.region_id}", borne - promised),
            (f"buyer:{order.pk}", kept - price - beyond),
            (f"revenue:{line.supplier_id}", beyond - kept - borne),
        ],
        region_id=order.region_id,
        currency=order.currency,
        at=at,
    )
