"""Settlement in the admin: contracts, what comes of them, and payment services' files."""

from bookings.settlement.admin.bills import BillAdmin, FindingAdmin
from bookings.settlement.admin.closing import MonthCloseAdmin
from bookings.settlement.admin.contracts import ContractAdmin
from bookings.settlement.admin.earnings import EarningAdmin
from bookings.settlement.admin.payouts import BankFileAdmin, PayoutAdmin
from bookings.settlement.admin.statements import StatementAdmin

__all__ = (
    "BankFileAdmin",
    "BillAdmin",
    "ContractAdmin",
    "EarningAdmin",
    "FindingAdmin",
    "MonthCloseAdmin",
    "PayoutAdmin",
    "StatementAdmin",
)
