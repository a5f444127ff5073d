"""Stripe's itemised reports (balance change from activity, payout reconciliation): CSV in UTF-8.

Needed beside the usual columns: payment_metadata[token] and refund_metadata[token], by which a row names
our numbers. What was set aside and not taken is a row of its own there; it makes its charge smaller.
Such a file says neither from when until when it is nor how many rows it has.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime

from bookings.payments.bills.rows import Bill, NotABill, Row, Said, decode, fen, places, table

COLUMNS = (
    "balance_transaction_id", "created_utc", "currency", "gross", "fee", "reporting_category",
    "charge_id", "customer_facing_amount", "customer_facing_currency", "payment_metadata[token]",
    "refund_metadata[token]",
)  # fmt: skip
_SAID = {
    "charge": (Said.PAYMENT, True),
    "charge_failure": (Said.PAYMENT, False),
    "refund": (Said.REFUND, True),
    "refund_failure": (Said.REFUND, False),
}
_NOT_TAKEN, _FEES = "partial_capture_reversal", ("fee", "network_cost")


def read(raw: bytes) -> Bill:
    """:raises NotABill: it is none, or a row of it cannot be read."""
    lines = list(table(decode(raw, "utf-8-sig")))
    if not lines:
        raise NotABill(where=COLUMNS[0])
    at = places(lines[0][1], *COLUMNS)
    said = _Said()
    for line, cells in lines[1:]:
        try:
            said.take(line, dict(zip(COLUMNS, (cells[place].strip() for place in at), strict=True)))
        except (IndexError, ValueError):
            raise NotABill(where=line) from None
    return said.bill()


class _Said:
    """What a file has told so far."""

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.charges: dict[str, int] = {}
        self.not_taken: Counter[str] = Counter()
        self.fees: Counter[str] = Counter()
        self.others = 0

    def take(self, line: int, cells: Mapping[str, str]) -> None:
        """One row, by its category."""
        category, currency = cells["reporting_category"], cells["currency"].upper()
        if category in _SAID:
            if category == "charge":
                self.charges.setdefault(cells["charge_id"], len(self.rows))
            self.rows.append(_row(line, cells, *_SAID[category]))
        elif category == _NOT_TAKEN:
            self.not_taken[cells["charge_id"]] += abs(fen(cells["gross"], line=line))
            self.fees[currency] += fen(cells["fee"], line=line)
        elif category in _FEES:
            # A row that is nothing but a fee takes its sum from the balance.
            self.fees[currency] += fen(cells["fee"], line=line) - fen(cells["gross"], line=line)
        else:
            self.others += 1

    def bill(self) -> Bill:
        """The whole, each charge less what was not taken of it."""
        for charge, less in self.not_taken.items():
            if charge in self.charges:
                place = self.charges[charge]
                self.rows[place] = replace(self.rows[place], fen=self.rows[place].fen - less)
        fees = {currency: sum_ for currency, sum_ in self.fees.items() if sum_}
        return Bill(rows=self.rows, other_rows=self.others, fees_fen=fees)


def _row(line: int, cells: Mapping[str, str], said: Said, is_done: bool) -> Row:
    payment_no = cells["payment_metadata[token]"]
    faced = cells["customer_facing_amount"]
    return Row(
        line=line,
        said=said,
        provider_no=cells["balance_transaction_id"],
        payment_no=payment_no,
        own_no=cells["refund_metadata[token]"] if said is Said.REFUND else payment_no,
        fen=abs(fen(faced or cells["gross"], line=line)),
        fee_fen=fen(cells["fee"], line=line),
        currency=(cells["customer_facing_currency"] or cells["currency"]).upper(),
        at=datetime.fromisoformat(cells["created_utc"]).replace(tzinfo=UTC),
        is_done=is_done,
        fee_currency=cells["currency"].upper(),
    )
