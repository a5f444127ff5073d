"""An order as its buyer sees it: how far it is, who of it is gone, and where its money went."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.utils.translation import gettext as _

from bookings.cash import queries as cash
from bookings.checkout.templatetags.words import discounts
from bookings.contracts import Part
from bookings.dues import operations as dues
from bookings.dues import queries as dues_of
from bookings.orders import queries as orders
from bookings.orders.models import Line, Order, State
from bookings.payments import queries as payments
from bookings.payments.models import Attempt, Purpose
from bookings.payments.queries import Progress
from bookings.refunds import queries as refunds
from bookings.refunds.models import Refund, RefundState
from bookings.vouchers import queries as vouchers
from kernel.naming import say
from kernel.web.templatetags.quanyu import at_place, day_at, money

_GONE = (State.CANCELLED, State.REFUSED, State.LAPSED)
_BOOKED = (State.PAID, State.CONFIRMED)
_MOVING = (State.PAID, State.AWAITING_SUPPLIER)


@dataclass(frozen=True, slots=True)
class PartRow:
    """One part of a line: who it is for, what it cost, and what has become of it."""

    part: Part
    holder: str
    word: str
    tone: str


@dataclass(frozen=True, slots=True)
class LineRow:
    """One line with its parts; ``fen`` is what of it is not given up, ``was_fen`` what it was sold for."""

    line: Line
    parts: tuple[PartRow, ...]
    word: str
    tone: str
    fen: int
    was_fen: int
    changed_into: Order | None

    @property
    def starts_at(self) -> datetime:
        return self.line.starts_at

    @property
    def is_moved(self) -> bool:
        """Whether its supplier has moved it to another time, and somebody is still to come."""
        return self.line.moved_from is not None and self.line.state in orders.TO_COME

    @property
    def is_smaller(self) -> bool:
        """Whether somebody of it is gone while others stay."""
        return 0 < self.fen < self.was_fen


@dataclass(frozen=True, slots=True)
class OrderRow:
    """One order of a list; without a sum where nothing of it is left."""

    order: Order
    word: str
    tone: str
    fen: int | None


@dataclass(frozen=True, slots=True)
class SumRow:
    """One line of the table of an order's money; ``fen`` in fen."""

    label: str
    fen: int
    note: str = ""


@dataclass(frozen=True, slots=True)
class RefundRow:
    """One refund: why, how far it is, and what the buyer must do or may expect."""

    refund: Refund
    word: str
    note: str


def progress_of(order: Order, *, at: datetime) -> Progress:
    """How far the payment is of what an order asks for next."""
    if order.paid_at is None:
        purpose = Purpose.ORDER if order.unpaid_fen > 0 else Purpose.DEPOSIT
        return payments.progress(order=order, purpose=purpose)
    due = dues.next_of(order, at=at)
    if due is None:
        return Progress.NONE
    return payments.progress(order=order, purpose=due.purpose, purpose_id=due.purpose_id)


def step_of(order: Order, progress: Progress) -> str:
    """Where an order stands, for a page that waits until it is another."""
    return f"{order.state}:{order.received_fen}:{progress}"


def is_moving(order: Order, progress: Progress) -> bool:
    """Whether something happens by itself in seconds: a payment is looked at, codes are made."""
    is_settled_soon = order.state is State.HELD and _asks_nothing(order)
    return progress.is_checked or is_settled_soon or order.state in _MOVING


def is_all_gone(order: Order) -> bool:
    """Whether nothing of an order is left."""
    return all(line.state in _GONE for line in order.lines.all())


def line_rows(order: Order, progress: Progress, owing: Collection[int] = ()) -> list[LineRow]:
    """The lines of an order, each with its parts."""
    lines = list(order.lines.all())
    into = orders.changed_into([line.pk for line in lines])
    names = vouchers.holders(order)
    given = refunds.given_for(order) if any(line.cancelled_parts for line in lines) else {}
    held = _held_word(order, progress)
    rows = [_line_row(line, into.get(line.pk), names, given, held) for line in lines]
    return [_owing_row(row) if row.line.pk in owing else row for row in rows]


def _owing_row(row: LineRow) -> LineRow:
    """Booked is not paid."""
    is_booked = row.line.state in _BOOKED
    return replace(row, word=_("booked, to be paid"), tone="note") if is_booked else row


def _line_row(
    line: Line,
    into: Order | None,
    names: Mapping[tuple[int, str], str],
    given: Mapping[tuple[int, str], int],
    held: str,
) -> LineRow:
    parts = tuple(
        PartRow(part, names.get((line.pk, part.key), ""), *_part_state(line, part, given))
        for part in line.frozen_parts
    )
    word, tone = line.get_state_display(), line.tone
    if held and line.state == State.HELD:
        word = held
    if into is not None and line.state == State.CANCELLED:
        word, tone = _changed_to(line, into), "note"
    return LineRow(line, parts, word, tone, kept_fen(line), line.price_fen, into)


def _part_state(line: Line, part: Part, given: Mapping[tuple[int, str], int]) -> tuple[str, str]:
    if part.key in line.cancelled_parts:
        if (line.pk, part.key) not in given:
            return _("changed"), "note"
        back = money(given[line.pk, part.key])
        return _("cancelled, %(sum)s back") % {"sum": back}, "bad"
    return (_("used"), "good") if part.key in line.used_parts else ("", "")


def _changed_to(line: Line, into: Order) -> str:
    """Another time in words, or, at the same time, another thing."""
    new = into.lines.all()[0]
    if new.starts_at == line.starts_at:
        return _("changed to %(what)s") % {"what": str(new)}
    when = at_place(new.starts_at, into.region.timezone)
    return _("changed to %(what)s") % {"what": when}


def kept_fen(line: Line) -> int:
    """What the parts of a line cost that were not given up, in fen."""
    return sum(part.price_fen for part in line.frozen_parts if part.key not in line.cancelled_parts)


def order_rows(found: Iterable[Order]) -> list[OrderRow]:
    """Orders for a list: one that was changed into another says so."""
    rows = list(found)
    lines = [line for order in rows for line in order.lines.all()]
    gone = [line.pk for line in lines if line.cancelled_parts]
    into = orders.changed_into(gone) if gone else {}
    owing = dues_of.unpaid_before_use({line.pk for line in lines if _may_owe(line)})
    return [_order_row(order, into, owing) for order in rows]


def owing_of(order: Order) -> set[int]:
    """The lines whose rest is to be paid before use and is not: their codes are shown when it is."""
    return dues_of.unpaid_before_use({line.pk for line in order.lines.all() if _may_owe(line)})


def _may_owe(line: Line) -> bool:
    return len(line.dues) > 1 or any(isinstance(due.when, date) for due in line.frozen_dues)


def _order_row(order: Order, into: Mapping[int, Order], owing: Collection[int]) -> OrderRow:
    word, tone = heading_of(order, into, Progress.NONE, owing)
    kept = sum(kept_fen(line) for line in order.lines.all())
    return OrderRow(order, word, tone, None if order.total_fen and not kept else kept)


def heading_of(
    order: Order, into: Mapping[int, Order], progress: Progress, owing: Collection[int] = ()
) -> tuple[str, str]:
    """The state of an order in words, and how it looks. Lines in ``owing`` are not paid before they are."""
    if order.state in _BOOKED and any(line.pk in owing for line in order.lines.all()):
        return (
            _("booked, the rest to be paid") if order.received_fen else _("booked, to be paid")
        ), "note"
    is_changed = any(line.pk in into for line in order.lines.all())
    if order.state is State.CANCELLED and is_changed:
        return _("changed"), "note"
    if order.state is State.HELD and (held := _held_word(order, progress)):
        return held, "note"
    return order.get_state_display(), order.tone


def _held_word(order: Order, progress: Progress) -> str:
    """What is held waits for the buyer, but not where the money is here or none is asked for."""
    if progress is Progress.RECEIVED:
        return _("being checked")
    return _("being booked") if _asks_nothing(order) and not order.paid_at else ""


def _asks_nothing(order: Order) -> bool:
    return order.unpaid_fen <= 0 and order.unsecured_fen <= 0


def sums_of(order: Order, found: Sequence[Refund]) -> list[SumRow]:
    """What an order cost, how it was paid, what came back and what is kept."""
    mine = [refund for refund in found if refund.order_id == order.pk]
    done = sum(refund.amount_fen for refund in mine if refund.state == RefundState.DONE)
    under_way = sum(refund.amount_fen for refund in mine) - done
    moved = orders.brought_over([line.pk for line in order.lines.all()])
    rows = [
        *_discounts(order),
        SumRow(_("Booked"), order.total_fen),
        SumRow(_("Deposit, which comes back after the visit"), _deposit_asked(order)),
        SumRow(_("Brought over from the booking before"), order.credit_fen),
        *(_paid(attempt, order) for attempt in payments.kept_of(order)),
        SumRow(_("Went into the new booking"), moved),
        SumRow(_("Returned"), done),
        SumRow(_("On its way back"), under_way),
        SumRow(_("Kept by the terms"), _kept(order)),
    ]
    return [row for row in rows if row.fen or row.label == _("Booked")]


def _discounts(order: Order) -> list[SumRow]:
    """What it would cost without campaigns, and what each takes off; nothing where none does."""
    parts = [part for line in order.lines.all() for part in line.frozen_parts]
    off = discounts(parts)
    if not off:
        return []
    whole = order.total_fen + sum(fen for _title, fen in off)
    return [
        SumRow(_("Before discounts"), whole),
        *(SumRow(say(title), -fen) for title, fen in off),
    ]


def _deposit_asked(order: Order) -> int:
    """The deposit of what is held; once it is secured it stands apart."""
    return order.deposit_fen if order.state is State.HELD else 0


def _paid(attempt: Attempt, order: Order) -> SumRow:
    when = day_at(attempt.ended_at, order.region.timezone) if attempt.ended_at else ""
    return SumRow(
        _("Paid: %(way)s") % {"way": payments.title_of(attempt)}, attempt.captured_fen, when
    )


def _kept(order: Order) -> int:
    """What had come in for cancelled parts and did not go back."""
    received: dict[int, dict[str, int]] = {}
    lines = {line.pk: line for line in order.lines.all()}
    kept = 0
    for (line_id, key), back in refunds.given_for(order).items():
        if line_id not in received:
            received[line_id] = dues_of.received_of(lines[line_id])
        kept += received[line_id].get(key, 0) - back
    return max(0, kept)


def refund_rows(order: Order, found: Sequence[Refund]) -> list[RefundRow]:
    """The refunds of an order's journey; cash waits at the counter that took it."""
    open_ones = [each for each in found if each.state != RefundState.DONE]
    tokens = {each.pk: each.attempt.token for each in open_ones if each.attempt}
    taken = cash.takings(list(tokens.values())) if tokens else {}
    rows = []
    for refund in found:
        words = "" if refund.order_id == order.pk else refund.order.code
        taking = taken.get(tokens.get(refund.pk, ""))
        word: str = refund.get_state_display()
        note = _promise(refund, order)
        if refund.state == RefundState.FAILED:
            word = _("a person is taking care of it")
        elif taking is not None:
            word = _("ready to be fetched")
            where = {"place": taking.shift.organisation.name, "code": taking.words}
            note = (
                _("Fetch it at the counter of %(place)s and show the order number %(code)s.")
                % where
            )
        rows.append(RefundRow(refund, word, " · ".join(filter(None, (words, note)))))
    return rows


def _promise(refund: Refund, order: Order) -> str:
    if refund.state == RefundState.DONE or refund.promised_at is None:
        return ""
    when = day_at(refund.promised_at, order.region.timezone)
    return _("there by %(when)s at the latest") % {"when": when}
