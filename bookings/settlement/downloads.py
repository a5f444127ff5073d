"""A statement as a table for spreadsheets, and payouts as a file for the bank."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping

from django.utils.translation import gettext as _

from bookings.settlement.models import BankFile, PayoutState, Statement
from bookings.settlement.operations import plain_account
from bookings.settlement.queries import order_codes
from kernel.money import yuan

_BEGIN_FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n")
_BYTE_ORDER_MARK = "\ufeff"
_AT_A_TIME = 5000


def statement_csv(statement: Statement) -> str:
    """Supplier, month, the sums and every row; sums in yuan, times by the region's clock."""
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow([_("Supplier"), _plain(str(statement.organisation))])
    table.writerow([_("Month"), f"{statement.month:%Y-%m}"])
    for words, fen in statement.sums:
        table.writerow([words, yuan(fen)])
    table.writerow([_("Balance"), yuan(statement.balance_fen)])
    table.writerow([])
    table.writerow([_("Date"), _("Order number"), _("What for"), _("Amount (yuan)")])
    codes: Mapping[int, str] = {}
    earnings = list(statement.earnings.order_by("at", "pk"))
    for place, earning in enumerate(earnings):
        if place % _AT_A_TIME == 0:
            codes = order_codes(earnings[place : place + _AT_A_TIME])
        when = f"{earning.at.astimezone(statement.region.tz):%Y-%m-%d %H:%M}"
        code = codes.get(earning.line_id or 0, "")
        table.writerow([when, code, earning.get_kind_display(), yuan(earning.fen)])
    return _BYTE_ORDER_MARK + out.getvalue()


def bank_csv(file: BankFile) -> str:
    """Our number, holder, account, bank, the sum in yuan, currency and words: a row a transfer.

    What has come back since is left out: nobody transfers it by an old file.
    """
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow([
        _("Our number"), _("Account holder"), _("Account number"), _("Bank"), _("Amount (yuan)"),
        _("Currency"), _("Words"),
    ])  # fmt: skip
    payouts = file.payouts.exclude(state=PayoutState.BACK).select_related(
        "account", "statement__organisation"
    )
    for payout in payouts.order_by("pk"):
        account, of = plain_account(payout.account), payout.statement
        table.writerow([
            payout.number, _plain(account.holder), account.number.replace(" ", ""),
            _plain(account.bank), yuan(payout.fen), of.currency, _plain(str(of)),
        ])  # fmt: skip
    return _BYTE_ORDER_MARK + out.getvalue()


def _plain(text: str) -> str:
    """Text that a spreadsheet does not calculate: an apostrophe before what would begin a formula."""
    return f"'{text}" if text.startswith(_BEGIN_FORMULAS) else text
