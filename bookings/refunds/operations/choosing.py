"""What a holder chose instead of a thing that is not given: all of its price, as money or as a voucher."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from enum import Enum, auto

from bookings.orders.models import Line
from bookings.refunds.models import Reason
from bookings.refunds.operations.cancelling import cancel
from bookings.refunds.operations.crediting import NotForCredit, cancel_for_credit
from bookings.refunds.operations.quoting import NotCancellable, quote


class GivenBack(Enum):
    """How it went back."""

    MONEY = auto()
    VOUCHER = auto()


def unused(line: Line, keys: Collection[str]) -> dict[int, list[str]]:
    """Those of a line's parts that are neither used nor cancelled, by the line; empty: none of them."""
    found = [part.key for part in line.open_parts if part.key in keys]
    return {line.pk: found} if found else {}


def give_unused_back(
    *, line: Line, keys: Collection[str], owner: str = "", at: datetime
) -> GivenBack | None:
    """Return what is still unused of these parts, by the seller's word; None: nothing of them is.

    As a voucher to the balance of ``owner``, where that can still be; otherwise as money. In its own
    transaction, twice is once.
    """
    parts = unused(line, keys)
    try:
        if parts and owner and _credit(line, parts, owner, at):
            return GivenBack.VOUCHER
        return _refund(line, parts, at) if parts else None
    except NotCancellable:
        return None


def _credit(line: Line, parts: Mapping[int, Sequence[str]], owner: str, at: datetime) -> bool:
    """:raises NotCancellable: it is gone meanwhile."""
    order = line.order
    shown_fen = quote(order=order, parts=parts, at=at).refund_fen
    try:
        cancel_for_credit(order=order, parts=parts, shown_fen=shown_fen, owner=owner, at=at)
    except NotForCredit:
        return False
    return True


def _refund(line: Line, parts: Mapping[int, Sequence[str]], at: datetime) -> GivenBack:
    """:raises NotCancellable: it is gone meanwhile."""
    order = line.order
    cancel(
        order=order, parts=parts, shown_fen=quote(order=order, parts=parts, at=at).refund_fen,
        actor="system", reason=Reason.OPERATOR, at=at,
    )  # fmt: skip
    return GivenBack.MONEY
