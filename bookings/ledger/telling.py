"""The books in words: what the rooms write into an entry, and the accounts it moves."""

from __future__ import annotations

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

MEMOS = {
    "money received": _("money received"),
    "money returned": _("money returned"),
    "delivered to the buyer": _("delivered to the buyer"),
    "used by the holder": _("used by the holder"),
    "cancelled": _("cancelled"),
    "changed": _("changed"),
    "metered": _("what use has cost"),
    "returned by the provider": _("returned by the payment service without us"),
    "returned by the provider as well": _("returned by the payment service as well"),
    "paid out by hand": _("paid out by hand"),
    "credited instead of returned": _("credited to a balance instead of returned"),
    "to be paid out by hand": _("to be paid out by hand"),
    "the buyer has it without us": _("the buyer has it without us"),
    "paid by a tab": _("paid by a tab"),
    "returned to a tab": _("returned to a tab"),
    "tab paid out": _("paid out to the holder of a tab"),
    "bill paid": _("bill paid"),
    "payment taken back": _("payment of a bill taken back"),
    "paid into a balance": _("paid into a balance"),
    "paid from a balance": _("paid from a balance"),
    "returned to a balance": _("returned to a balance"),
    "taken back from a balance": _("taken back from a balance"),
    "set off against what is owed": _("set off against what is owed"),
    "bonus expired": _("bonus expired"),
    "deposit received": _("deposit received"),
    "deposit taken": _("deposit taken"),
    "deposit kept": _("deposit kept"),
    "drawer opened": _("drawer opened"),
    "drawer closed": _("drawer closed"),
    "cash taken": _("cash taken"),
    "numbers reserved": _("numbers reserved"),
    "numbers given back": _("numbers given back"),
    "numbers paid out in cash": _("numbers paid out in cash"),
    "cash paid out": _("cash paid out"),
    "expired unused": _("expired unused"),
    "expired and used after all": _("expired, and used or cancelled after all"),
    "commission": _("commission of the platform"),
    "steps of the month": _("commission by the month's turnover"),
    "paid out to the supplier": _("paid out to the supplier"),
    "payout came back": _("a payout came back from the bank"),
    "fees of a payment service": _("fees of a payment service"),
    "points earned": _("points earned"),
    "points taken back": _("points taken back, money went back"),
    "points spent": _("points spent"),
    "points returned": _("points returned"),
    "points kept": _("points kept by the terms"),
    "points expired": _("points expired"),
    "commission of a distribution code": _("commission of a distribution code"),
    "dispute open": _("payment disputed"),
    "dispute won": _("dispute decided for us"),
    "dispute lost": _("dispute decided for the buyer"),
}
"""What the rooms write into the books, as people say it."""

_REVERSAL = "reversal: "
_NOWHERE = "0"

KINDS = {
    "buyer": _("buyer, order no."),
    "supplier": _("supplier"),
    "revenue": _("revenue"),
    "promotion": _("discounts borne by the platform, region"),
    "commission": _("commission from supplier"),
    "breakage": _("expired unused, of supplier"),
    "fees": _("fees of"),
    "provider": _("payment service"),
    "deposit": _("deposit"),
    "balance": _("balance"),
    "balance-owed": _("owed by the holder of a balance"),
    "bonus": _("bonus"),
    "bonus-given": _("bonus given away"),
    "points": _("points, account"),
    "points-issued": _("points that people have, region"),
    "agent": _("owed for recommendations, code"),
    "referral": _("commissions for recommendations, region"),
    "tab": _("tab"),
    "drawer": _("drawer"),
    "block": _("reserved numbers of a counter"),
    "safe": _("safe"),
    "cash-difference": _("cash that is missing or too much"),
    "bank": _("bank"),
    "by-hand": _("to be paid out by hand, region"),
    "outside": _("returned without us, region"),
    "dispute": _("disputed at"),
    "lost": _("lost to disputes"),
}


def memo_words(memo: str) -> str:
    """What an entry is for: "cash taken", or why another one is taken back."""
    if memo.startswith(_REVERSAL):
        return gettext("taken back: %(why)s") % {"why": memo.removeprefix(_REVERSAL)}
    return str(MEMOS.get(memo, memo))


def account_words(account: str) -> str:
    """An account in words: "supplier:1" is "supplier 1"."""
    kind, _colon, which = account.partition(":")
    return f"{KINDS.get(kind, kind)} {'' if which == _NOWHERE else which}".strip()
