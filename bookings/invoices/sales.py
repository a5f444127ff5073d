"""What each supplier of an order has sold to its buyer, so far: what an invoice is made from.

Counted is what was delivered and not cancelled, and what the terms keep of what was cancelled or changed.
Not counted: a deposit (no sale), a top-up of a balance (its use is invoiced, once), and a bonus or a
discount that somebody else than the buyer has paid. The books say the same by another way; both must
agree before anything is issued.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from fractions import Fraction

from bookings.balance import queries as balances
from bookings.contracts import Part, Words
from bookings.dues import queries as dues_of
from bookings.invoices.figures import Sold
from bookings.ledger import queries as ledger
from bookings.orders.models import Change, ChangeState, Line, Order, State
from bookings.payments.models import AttemptState, Purpose
from bookings.refunds import queries as refunds_of
from kernel.naming import EN, ZH

_DELIVERED = (State.CONFIRMED, State.USED)
KEPT_WORDS = "退改手续费"
SOLD_MEMOS = ("delivered to the buyer", "cancelled", "changed", "metered")
"""What the books call that moves a sum between a buyer and a supplier."""

_PAYING = (Purpose.ORDER, Purpose.SHARE, Purpose.REST)


def sold_in(order: Order) -> dict[int, list[Sold]]:
    """By supplier, what was sold of each line, in order; before what was given to the buyer to pay with."""
    refunded = refunds_of.given_for(order)
    found: dict[int, list[Sold]] = defaultdict(list)
    for line in order.lines.order_by("position"):
        found[line.supplier_id] += [*_parts_of(line), *_kept_of(line, refunded)]
    return dict(found)


def total_by_books(order: Order) -> int:
    """The same in one sum, as the books have it, in fen."""
    moved = ledger.moved_by(f"buyer:{order.pk}", subject=order.subject, memos=SOLD_MEMOS)
    return sum(fen for key, fen in moved.items() if not key.endswith(":into"))


def share_given(order: Order) -> Fraction:
    """Which share of an order was paid with what was given to the buyer: a bonus of a stored balance.

    As it was when it was paid: what comes back later comes back in the same proportion.
    """
    paid = order.attempts.filter(purpose__in=_PAYING, state=AttemptState.SUCCEEDED)
    paid_fen, tokens = 0, []
    for attempt in paid:
        paid_fen += attempt.captured_fen
        tokens.append(attempt.token)
    given = Fraction(balances.bonus_in(tokens))
    if order.credit_fen:
        made = Change.objects.select_related("line__order").get(order=order)
        given += order.credit_fen * share_given(made.line.order)
    whole = paid_fen + order.credit_fen
    return Fraction(given, whole) if whole else Fraction(0)


def _parts_of(line: Line) -> Iterable[Sold]:
    """Like parts together, numbered by what was sold, so that a key stays when some are cancelled."""
    if line.state not in _DELIVERED:
        return
    alike: dict[tuple[str, int, int], list[Part]] = defaultdict(list)
    for part in line.frozen_parts:
        alike[_chinese(part.title), part.own_fen, part.price_fen].append(part)
    for number, ((title, own_fen, price_fen), parts) in enumerate(alike.items()):
        stay = [part.key for part in parts if part.key not in line.cancelled_parts]
        beyond = dues_of.metered_beyond(line, stay)
        if stay:
            yield Sold(
                key=f"{line.pk}:{number}",
                kind=line.kind,
                name=f"{_chinese(line.title)} {title}"[:90],
                spec=f"{line.starts_at.astimezone(line.order.region.tz):%Y-%m-%d}",
                quantity=len(stay),
                gross_fen=own_fen * len(stay) + beyond,
                net_fen=price_fen * len(stay) + beyond,
            )


def _kept_of(line: Line, refunded: Mapping[tuple[int, str], int]) -> Iterable[Sold]:
    """What is kept of its cancelled parts, and of what was changed into something else."""
    received = dues_of.received_of(line)
    mine = {key: fen for (line_id, key), fen in refunded.items() if line_id == line.pk}
    changed = Change.objects.filter(line=line, state=ChangeState.DONE)
    kept_fen = sum(received.get(key, 0) - fen for key, fen in mine.items())
    kept_fen += sum(changed.values_list("kept_fen", flat=True))
    if kept_fen:
        yield Sold(
            key=f"{line.pk}:kept",
            kind=line.kind,
            name=f"{_chinese(line.title)} {KEPT_WORDS}"[:90],
            spec="",
            quantity=1,
            gross_fen=kept_fen,
            net_fen=kept_fen,
            is_kept=True,
        )


def _chinese(words: Words) -> str:
    """Invoices are in Chinese (发票管理办法: 使用中文)."""
    return words.get(ZH) or words.get(EN) or ""
