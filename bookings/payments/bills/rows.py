"""A provider's file as rows, and what reading has in common: sums, moments, columns by name."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from django.utils.translation import gettext_lazy as _

from kernel.errors import Refusal

_SUM = re.compile(r"([+-]?)([0-9]{1,12})(?:\.([0-9]{1,5}))?", re.ASCII)


class NotABill(Refusal):
    """The file cannot be read as what it is said to be. ``where`` is its line, or what is missing."""

    code = "not_a_bill"
    status = 400
    message = _("This is no such file of this payment service: %(where)s.")


class Said(StrEnum):
    """What a row tells of."""

    PAYMENT = "PAYMENT"
    REFUND = "REFUND"


@dataclass(frozen=True, slots=True)
class Row:
    """One row of money. ``payment_no`` and ``own_no`` are our numbers; sums in fen, never negative
    but a fee that is given back.

    ``provider_no`` is the provider's own number of the row: the same in every file that has it.
    ``rate_bp``: the fee in hundredths of a percent, where the file says it; ``fee_currency`` where it
    is another than the sum's.
    """

    line: int
    said: Said
    provider_no: str
    payment_no: str
    own_no: str
    fen: int
    fee_fen: int
    currency: str
    at: datetime
    is_done: bool = True
    rate_bp: int | None = None
    fee_currency: str = ""


@dataclass(frozen=True, slots=True)
class Bill:
    """A whole file: its rows; from when until when it tells of, if it says so; how many it should have.

    ``other_fen`` is what it tells of that is no payment and no refund, by its own word for it; fees
    among them are ours to bear: ``fees_fen`` by currency.
    """

    rows: Sequence[Row]
    since: datetime | None = None
    until: datetime | None = None
    told_rows: int | None = None
    has_end: bool = True
    other_rows: int = 0
    fees_fen: dict[str, int] = field(default_factory=dict)

    @property
    def is_short(self) -> bool:
        """Whether it broke off, by what it says of itself."""
        return not self.has_end or self.told_rows not in (None, len(self.rows))


def fen(text: str, *, line: int) -> int:
    """Fen from a sum such as "-12.30" or "0.04000"; what is below a fen is rounded half away from zero.

    :raises NotABill: it is no sum.
    """
    found = _SUM.fullmatch(text)
    if found is None:
        raise NotABill(where=line)
    sign, units, rest = found.groups(default="")
    thousandths = int(units) * 1000 + int(rest[:3].ljust(3, "0"))
    whole = (thousandths + 5) // 10
    return -whole if sign == "-" else whole


def table(text: str) -> Iterator[tuple[int, list[str]]]:
    """The rows of a CSV with the line that each stands in."""
    reader = csv.reader(io.StringIO(text, newline=""))
    try:
        for row in reader:
            yield reader.line_num, row
    except csv.Error:
        raise NotABill(where=reader.line_num) from None


def places(header: Sequence[str], *names: str) -> list[int]:
    """Where the columns of these names stand.

    :raises NotABill: one is missing.
    """
    at = {name.strip().lstrip("\ufeff"): place for place, name in enumerate(header)}
    missing = [name for name in names if name not in at]
    if missing:
        raise NotABill(where=", ".join(missing))
    return [at[name] for name in names]


def decode(raw: bytes, *encodings: str) -> str:
    """:raises NotABill: it is text in none of these."""
    for encoding in encodings:
        try:
            return raw.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise NotABill(where="/".join(encodings))
