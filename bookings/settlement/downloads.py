"""A statement as a table for spreadsheets, and payouts as a file for the bank."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice

from django.utils.translation import gettext as _

from bookings.settlement.models import BankFile, PayoutState, Statement
from bookings.settlement.operations import plain_account
from bookings.settlement.queries import order_codes
from kernel.money import yuan
from kernel.web.tables import csv_text, plain

_AT_A_TIME = 5000


def statement_csv(statement: Statement) -> str:
    """Supplier, month, the sums and every row; sums in yuan, times by the region's clock."""
    return csv_text(
        [
            [_("Supplier"), plain(str(statement.organisation))],
            [_("Month"), f"{statement.month:%Y-%m}"],
            *([words, yuan(fen)] for words, fen in statement.sums),
            [_("Balance"), yuan(statement.balance_fen)],
            [],
            [_("Date"), _("Order number"), _("What for"), _("Amount (yuan)")],
            *_earnings(statement),
        ]
    )


def _earnings(statement: Statement) -> Iterator[list[str]]:
    rows = statement.earnings.order_by("at", "pk").iterator(chunk_size=_AT_A_TIME)
    while some := list(islice(rows, _AT_A_TIME)):
        codes = order_codes(some)
        for earning in some:
            when = f"{earning.at.astimezone(statement.region.tz):%Y-%m-%d %H:%M}"
            code = codes.get(earning.line_id or 0, "")
            yield [when, code, str(earning.get_kind_display()), yuan(earning.fen)]


def bank_csv(file: BankFile) -> str:
    """Our number, holder, account, bank, the sum in yuan, currency and words: a row a transfer.

    What has come back since is left out: nobody transfers it by an old file.
    """
    heads = (
        _("Our number"), _("Account holder"), _("Account number"), _("Bank"), _("Amount (yuan)"),
        _("Currency"), _("Words"),
    )  # fmt: skip
    return csv_text([heads, *_transfers(file)])


def _transfers(file: BankFile) -> Iterator[list[str]]:
    payouts = file.payouts.exclude(state=PayoutState.BACK).select_related(
        "account", "statement__organisation"
    )
    for payout in payouts.order_by("pk"):
        account, of = plain_account(payout.account), payout.statement
        yield [
            payout.number, plain(account.holder), account.number.replace(" ", ""),
            plain(account.bank), yuan(payout.fen), of.currency, plain(str(of)),
        ]  # fmt: skip
