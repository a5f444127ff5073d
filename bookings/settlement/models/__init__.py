"""What the platform agrees with a supplier, and what comes of it: split by subject."""

from bookings.settlement.models.bills import Bill, BillRow, Finding, FindingState, Off
from bookings.settlement.models.closing import MonthClose
from bookings.settlement.models.contracts import Contract, Expired, LineRate, Rate
from bookings.settlement.models.earnings import Earning, ExpiredPart, Kind
from bookings.settlement.models.payouts import (
    LIVE,
    BankAccount,
    BankFile,
    Payout,
    PayoutState,
)
from bookings.settlement.models.statements import Statement, StatementNote, StatementState

__all__ = (
    "LIVE",
    "BankAccount",
    "BankFile",
    "Bill",
    "BillRow",
    "Contract",
    "Earning",
    "Expired",
    "ExpiredPart",
    "Finding",
    "FindingState",
    "Kind",
    "LineRate",
    "MonthClose",
    "Off",
    "Payout",
    "PayoutState",
    "Rate",
    "Statement",
    "StatementNote",
    "StatementState",
)
