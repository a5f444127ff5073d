"""Settlement in the admin: contracts, what comes of them, and payment services' files."""

from bookings.settlement.admin.bills import BillAdmin, FindingAdmin
from bookings.settlement.admin.contracts import ContractAdmin
from bookings.settlement.admin.earnings import EarningAdmin
from bookings.settlement.admin.statements import StatementAdmin

__all__ = ("BillAdmin", "ContractAdmin", "EarningAdmin", "FindingAdmin", "StatementAdmin")
