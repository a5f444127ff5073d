"""What stands on an invoice and on its red letters: pure calculation in whole fen.

Tax is in every price (价税合计). Of a row it is rate / (1 + rate) of the sum, rounded half up to a fen,
and what is left is the sum without tax, so that both always add up. A discount stands right below what
it is for, with the tax that it takes off.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from bookings.invoices.services import Role, Row
from kernel.money import split


@dataclass(frozen=True, slots=True)
class Sold:
    """Like parts of one order line, or what is kept of its cancelled ones: ``key`` names them for ever.

    ``gross_fen`` is the original price of all ``quantity`` together, ``net_fen`` what the buyer paid.
    """

    key: str
    kind: str
    name: str
    spec: str
    quantity: int
    gross_fen: int
    net_fen: int
    is_kept: bool = False


@dataclass(frozen=True, slots=True)
class Taxed:
    """How a thing is taxed: its classification code, the rate, and a rule beside it."""

    goods_code: str
    permille: int
    policy: str = ""


class Unfit(Exception):
    """These sums cannot stand on an invoice."""


def tax_in(fen: int, permille: int) -> int:
    """The tax in a sum, rounded half up by its size."""
    if fen < 0:
        return -tax_in(-fen, permille)
    return (2 * fen * permille + 1000 + permille) // (2 * (1000 + permille))


def paid_by_buyer(sold: Sequence[Sold], given_fen: int) -> list[Sold]:
    """The same, less what the platform has given the buyer to pay with."""
    nets = [max(0, each.net_fen) for each in sold]
    if not given_fen or not any(nets):
        return list(sold)
    shares = split(min(given_fen, sum(nets)), nets)
    return [
        replace(each, net_fen=each.net_fen - share)
        for each, share in zip(sold, shares, strict=True)
    ]


def lay_out(sold: Sequence[Sold], taxed: Mapping[str, Taxed]) -> list[tuple[str, Row]]:
    """The rows of an invoice in order, each with the key of what it is for; ``taxed`` is by key.

    What the buyer paid nothing for is left out. :raises Unfit: something costs less than nothing.
    """
    rows: list[tuple[str, Row]] = []
    for each in sold:
        if each.net_fen < 0 or each.gross_fen < each.net_fen:
            raise Unfit
        if each.net_fen:
            rows += [
                (each.key, row) for row in _rows_of(each, taxed[each.key], place=len(rows) + 1)
            ]
    return rows


def _rows_of(sold: Sold, taxed: Taxed, *, place: int) -> list[Row]:
    is_whole = not sold.gross_fen % sold.quantity
    tax, whole_tax = (tax_in(fen, taxed.permille) for fen in (sold.net_fen, sold.gross_fen))
    first = Row(
        place=place,
        role=Role.PLAIN,
        name=sold.name,
        spec=sold.spec,
        quantity=sold.quantity if is_whole else 0,
        goods_code=taxed.goods_code,
        permille=taxed.permille,
        policy=taxed.policy,
        amount_fen=sold.gross_fen,
        tax_fen=whole_tax,
    )
    if sold.gross_fen == sold.net_fen:
        return [first]
    discount = replace(
        first,
        place=place + 1,
        role=Role.DISCOUNT,
        spec="",
        quantity=0,
        amount_fen=sold.net_fen - sold.gross_fen,
        tax_fen=tax - whole_tax,
    )
    return [replace(first, role=Role.DISCOUNTED), discount]


def take_back(issued: Sequence[tuple[str, Row]], want: Mapping[str, int]) -> list[tuple[str, Row]]:
    """The rows of a red letter, after which of every key no more stands than ``want`` says, all in all.

    ``issued`` has the rows of the invoice and of its red letters before. What has become more (a fee
    that is kept of what was cancelled) is taken off what has become less. Nothing: nothing to take back.
    """
    stands: dict[str, int] = {}
    for key, row in issued:
        stands[key] = stands.get(key, 0) + row.amount_fen
    less = {key: fen - want.get(key, 0) for key, fen in stands.items()}
    more = sum(max(0, fen - stands.get(key, 0)) for key, fen in want.items())
    rows = []
    for key, fen in less.items():
        if fen > 0:
            kept = min(more, fen)
            more -= kept
            rows += [(key, _red(issued, key, stands[key], fen - kept))] if fen > kept else []
    return rows


def _red(issued: Sequence[tuple[str, Row]], key: str, stands_fen: int, fen: int) -> Row:
    """One row: the last red letter of a key takes back all the tax that is left."""
    first = next(row for each, row in issued if each == key)
    tax_fen = tax_in(stands_fen - fen, first.permille) - tax_in(stands_fen, first.permille)
    return replace(first, role=Role.PLAIN, spec="", quantity=0, amount_fen=-fen, tax_fen=tax_fen)
