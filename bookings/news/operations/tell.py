"""Tell buyers what has become of their orders: each fact once, to their account or the phone they left.

Every verb runs in the transaction of the outbox's receipt.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from accounts.messages import operations as messages
from accounts.messages.kinds import Kind
from accounts.travellers import queries as travellers
from bookings.deposits.models import Deposit
from bookings.dues.models import LaterDue
from bookings.holders import queries as holders
from bookings.holders.models import Transfer
from bookings.news import kinds
from bookings.orders.models import Change, Line, Order, State
from bookings.refunds.models import Refund, RefundState
from bookings.shares.models import Share
from bookings.vouchers.queries import good as carried
from kernel import seals
from kernel.money import Money
from kernel.naming import EN, ZH

_TO_COME = (State.PAID, State.AWAITING_SUPPLIER, State.CONFIRMED)
_BETWEEN = {ZH: "、", EN: ", "}


def tell_paid(*, order_id: int, at: datetime) -> None:
    """The order is paid."""
    order = _order(order_id)
    facts = {"what": what(order.lines.all()), "total": Money(order.total_fen, order.currency)}
    tell(order, kinds.PAID, str(order.pk), facts, at)


def tell_confirmed(*, line_id: int, at: datetime) -> None:
    """A supplier who had to be asked has said yes."""
    line = _line(line_id)
    tell(line.order, kinds.CONFIRMED, str(line.pk), {"what": what([line])}, at)


def tell_refused(*, line_id: int, at: datetime) -> None:
    """A supplier has said no, or nothing."""
    line = _line(line_id)
    tell(line.order, kinds.REFUSED, str(line.pk), {"what": what([line])}, at)


def tell_changed(*, change_id: int, at: datetime) -> None:
    """What was booked is now something else."""
    made = Change.objects.select_related("order__region").get(pk=change_id)
    tell(made.order, kinds.CHANGED, str(made.pk), {"what": what(made.order.lines.all())}, at)


def tell_refund_asked(*, refund_id: int, at: datetime) -> None:
    """Money is on its way back; what has arrived by now is told as that."""
    refund = _refund(refund_id)
    if refund.state == RefundState.DONE:
        return
    by = refund.promised_at or at
    facts = {**_of_refund(refund), "by": by.astimezone(refund.order.region.tz).date()}
    tell(refund.order, kinds.REFUND_ASKED, str(refund.pk), facts, at)


def tell_refund_done(*, refund_id: int, at: datetime) -> None:
    """Money has come back."""
    refund = _refund(refund_id)
    tell(refund.order, kinds.REFUND_DONE, str(refund.pk), _of_refund(refund), at)


def tell_due(*, due_id: int, at: datetime) -> None:
    """A sum falls due soon: a rest before use, or what use has cost."""
    due = LaterDue.objects.select_related("order__region").get(pk=due_id)
    if not due.amount_fen or due.due_at is None:
        return
    kind = kinds.REST_DUE if due.is_before_use else kinds.USE_DUE
    facts = {
        "amount": Money(due.amount_fen, due.order.currency),
        "by": due.due_at.astimezone(due.order.region.tz),
    }
    tell(due.order, kind, str(due.pk), facts, at)


def tell_share_paid(*, share_id: int, at: datetime) -> None:
    """One of several people has paid."""
    share = Share.objects.select_related("division__order__region").get(pk=share_id)
    order = share.division.order
    if order.paid_at is not None:
        return
    facts = {
        "name": share.name,
        "amount": Money(share.amount_fen, order.currency),
        "left": Money(order.unpaid_fen, order.currency),
    }
    tell(order, kinds.SHARE_PAID, str(share.pk), facts, at)


def tell_handed_over(*, transfer_id: int, at: datetime) -> None:
    """A code is somebody else's now: told to the buyer, and to the new holder's phone with its address."""
    made = Transfer.objects.select_related("carrier__order__region").get(pk=transfer_id)
    carrier, order = made.carrier, made.carrier.order
    facts = {"what": what(voucher.line for voucher in carried(carrier)), "name": carrier.holder}
    tell(order, kinds.HANDED_OVER, str(made.pk), facts, at)
    to = travellers.phone_of(made.to_traveller_id)
    if to:
        link = messages.Link("holders:page", (holders.address_of(made),))
        given = note(order, kinds.RECEIVED, str(made.pk), facts)
        messages.tell([replace(given, user_id=None, to=to, link=link, about="")], at=at)
    before = travellers.phone_of(made.from_traveller_id) if made.number > 1 else ""
    if before:
        lost = note(order, kinds.HANDED_OVER, f"{made.pk}:before", facts)
        messages.tell([replace(lost, user_id=None, to=before, link=None, about="")], at=at)


def tell_deposit(*, deposit_id: int, at: datetime) -> None:
    """A deposit goes back, whole or in part."""
    deposit = Deposit.objects.select_related("order__region").get(pk=deposit_id)
    currency = deposit.order.currency
    facts = {
        "back": Money(deposit.returned_fen, currency),
        "kept": Money(deposit.kept_fen, currency),
        "reason": deposit.reason,
    }
    tell(deposit.order, kinds.DEPOSIT_BACK, str(deposit.pk), facts, at)


def tell_called_off(*, line_ids: Collection[int], about: str, at: datetime) -> int:
    """What these paid lines are for does not take place; how many are told. A handful of statements.

    ``about`` names it ("run:5"): by that operators find who has read it. For the seller, before it
    returns the money.
    """
    lines = Line.objects.filter(pk__in=line_ids, state__in=_TO_COME)
    notes = [
        note(
            line.order, kinds.CALLED_OFF, str(line.pk),
            {"what": what([line]), "when": line.starts_at.astimezone(line.order.region.tz)},
            about=about,
        )
        for line in lines.select_related("order__region").order_by("pk")
    ]  # fmt: skip
    return messages.tell(notes, at=at)


def tell_stopped(*, lines: Mapping[int, datetime], about: str, page: str, at: datetime) -> int:
    """What these paid lines are for stands still; how many are told to choose, each until when.

    ``page`` is the name of the address where they do, of an order's token and the line.
    """
    found = Line.objects.filter(pk__in=lines, state__in=_TO_COME)
    notes = [
        note(
            line.order, kinds.STOPPED, f"{line.pk}:{about}",
            {
                "what": what([line]),
                "when": _local(line, line.starts_at),
                "by": _local(line, lines[line.pk]),
            },
            about=about, link=messages.Link(page, (line.order.token, str(line.pk))),
        )
        for line in found.select_related("order__region").order_by("pk")
    ]  # fmt: skip
    return messages.tell(notes, at=at)


def tell_moved(*, line_ids: Collection[int], about: str, at: datetime) -> int:
    """What these paid lines are for takes place at another time; how many are told.

    Once for each time that it was moved. For the seller, after the lines were moved.
    """
    lines = Line.objects.filter(pk__in=line_ids, state__in=_TO_COME, moved_at__isnull=False)
    notes = [
        note(
            line.order, kinds.MOVED, f"{line.pk}:{line.moved_at:%Y%m%dT%H%M%S%f}",
            {
                "what": what([line]),
                "before": _local(line, line.moved_from),
                "when": _local(line, line.starts_at),
            },
            about=about, good_until=line.ends_at,
        )
        for line in lines.select_related("order__region").order_by("pk")
    ]  # fmt: skip
    return messages.tell(notes, at=at)


def tell(order: Order, kind: Kind, key: str, facts: Mapping[str, object], at: datetime) -> None:
    """Say one thing to the buyer of an order, once per kind and key. Nobody to tell: nothing."""
    messages.tell([note(order, kind, key, facts)], at=at)


def note(
    order: Order, kind: Kind, key: str, facts: Mapping[str, object], **more: Any
) -> messages.Note:
    """What is said to the buyer of an order: an account if there is one, else the phone that was left."""
    to = ""
    if order.user_id is None and order.contact_sealed:
        to = seals.unseal(order.contact_sealed, purpose="phone")
    own_page = messages.Link("checkout:order", (order.token,))
    given: dict[str, Any] = {"about": order.subject, "link": own_page, **more}
    return messages.Note(
        kind=kind.name,
        key=f"{kind.name}:{key}",
        facts={"code": order.code, **facts},
        user_id=order.user_id,
        to=to,
        language=order.language,
        zone=order.region.timezone,
        **given,
    )


def what(lines: Iterable[Line]) -> dict[str, str]:
    """What was bought, in both languages."""
    titles = [line.title for line in lines]
    return {
        language: between.join(dict.fromkeys(str(title.get(language, "")) for title in titles))
        for language, between in _BETWEEN.items()
    }


def _local(line: Line, moment: datetime | None) -> datetime:
    assert moment is not None
    return moment.astimezone(line.order.region.tz)


def _order(order_id: int) -> Order:
    return Order.objects.select_related("region").prefetch_related("lines").get(pk=order_id)


def _line(line_id: int) -> Line:
    return Line.objects.select_related("order__region").get(pk=line_id)


def _refund(refund_id: int) -> Refund:
    return Refund.objects.select_related("order__region").get(pk=refund_id)


def _of_refund(refund: Refund) -> dict[str, object]:
    return {
        "amount": Money(refund.amount_fen, refund.order.currency),
        "why": refund.get_reason_display(),
    }
