"""The product with one rule broken, each in a way that keeps its own books in order."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from bookings.deposits import operations as deposits
from bookings.deposits.models import Deposit
from bookings.dues import operations as dues
from bookings.inventory import operations as inventory
from bookings.orders.operations import ChangeQuote
from bookings.refunds.operations import quoting
from bookings.vouchers import operations as _vouchers  # noqa: F401 - loads what is broken below

Break = Callable[[pytest.MonkeyPatch], None]

_settle = sys.modules["bookings.orders.operations.settle"]
_beside = sys.modules["bookings.vouchers.operations.beside"]
_lapse = sys.modules["bookings.orders.operations.lapse"]


def _refund_is(fen: Callable[[Any], int]) -> Break:
    whole = quoting._quote_part

    def broken(*args: Any) -> Any:
        row = whole(*args)
        return replace(row, refund_fen=max(0, fen(row)))

    return lambda patch: patch.setattr(quoting, "_quote_part", broken)


def _underpaid_is_accepted(patch: pytest.MonkeyPatch) -> None:
    whole = _settle._objection

    def broken(order: Any, facts: Any) -> str:
        if facts["purpose"] == "ORDER" and facts["amount_fen"] < order.unpaid_fen:
            order.due_now_fen -= order.unpaid_fen - facts["amount_fen"]
            return ""
        return str(whole(order, facts))

    patch.setattr(_settle, "_objection", broken)


def _deposit_is_kept(patch: pytest.MonkeyPatch) -> None:
    whole = deposits.settle

    def broken(*, deposit_id: int, keep_fen: int, reason: str, **more: Any) -> None:
        most = Deposit.objects.get(pk=deposit_id).amount_fen
        whole(deposit_id=deposit_id, keep_fen=most, reason=reason or "r", **more)

    patch.setattr(deposits, "settle", broken)


def _change_pays_back_twice(patch: pytest.MonkeyPatch) -> None:
    once = ChangeQuote.back_fen.fget  # type: ignore[attr-defined]
    patch.setattr(ChangeQuote, "back_fen", property(lambda quote: 2 * once(quote)))


def _metered_twice(patch: pytest.MonkeyPatch) -> None:
    whole = dues.meter

    def broken(*, line_id: int, amount_fen: int, **more: Any) -> None:
        whole(line_id=line_id, amount_fen=2 * amount_fen, **more)

    patch.setattr(dues, "meter", broken)


def _nothing(*_args: Any, **_more: Any) -> None:
    """Instead of what should be done."""


BROKEN: dict[str, Break] = {
    "a refund is always 0": _refund_is(lambda row: 0),
    "a refund does not know the terms": _refund_is(lambda row: row.received_fen),
    "a refund is a fen short": _refund_is(lambda row: row.refund_fen - 1),
    "late and double money stays": lambda patch: patch.setattr(_settle, "_return", _nothing),
    "what came in part stays at a lapse": lambda p: p.setattr(_lapse, "give_up_money", _nothing),
    "a change pays back twice": _change_pays_back_twice,
    "less than was asked is enough": _underpaid_is_accepted,
    "a deposit is kept whole": _deposit_is_kept,
    "what was metered counts twice": _metered_twice,
    "bags stay behind": lambda patch: patch.setattr(_beside, "uses", lambda lines: {}),
    "bags stay aboard alone": lambda patch: patch.setattr(_beside, "unused", lambda lines: {}),
    "a lapse keeps the places": lambda patch: patch.setattr(inventory, "give_back", _nothing),
}
