"""The verbs of settlement, split by subject."""

from bookings.settlement.operations.bank_files import (
    NothingDue,
    make_file,
    mark_file_sent,
    note_download,
)
from bookings.settlement.operations.closing import (
    Closed,
    MonthRuns,
    NotNext,
    close_month,
    report_of,
)
from bookings.settlement.operations.contracts import (
    BeginsTooEarly,
    NoRates,
    Terms,
    TermsOfKind,
    agree,
)
from bookings.settlement.operations.earning import take_up
from bookings.settlement.operations.expiring import expire_due, take_back_expired
from bookings.settlement.operations.payouts import (
    NoAccount,
    NothingGiven,
    NothingToPay,
    PaidBefore,
    SecondPerson,
    WouldOwe,
    approve_payout,
    came_back,
    drop_payout,
    give_account,
    mark_sent,
    pay_out,
    plain_account,
)
from bookings.settlement.operations.payouts import NotWaiting as PayoutNotWaiting
from bookings.settlement.operations.reconciling import Compared, NotOpen, explain, reconcile
from bookings.settlement.operations.statements import (
    NothingSaid,
    NotOver,
    NotWaiting,
    answer,
    confirm,
    dispute,
    make_all_statements,
    make_statements,
    send,
)

__all__ = (
    "BeginsTooEarly",
    "Closed",
    "Compared",
    "MonthRuns",
    "NoAccount",
    "NoRates",
    "NotNext",
    "NotOpen",
    "NotOver",
    "NotWaiting",
    "NothingDue",
    "NothingGiven",
    "NothingSaid",
    "NothingToPay",
    "PaidBefore",
    "PayoutNotWaiting",
    "SecondPerson",
    "Terms",
    "TermsOfKind",
    "WouldOwe",
    "agree",
    "answer",
    "approve_payout",
    "came_back",
    "close_month",
    "confirm",
    "dispute",
    "drop_payout",
    "expire_due",
    "explain",
    "give_account",
    "make_all_statements",
    "make_file",
    "make_statements",
    "mark_file_sent",
    "mark_sent",
    "note_download",
    "pay_out",
    "plain_account",
    "reconcile",
    "report_of",
    "send",
    "take_back_expired",
    "take_up",
)
