"""The books in words: what the rooms write as ``memo`` and as account codes, as people say it.

``tests/architecture/test_books_in_words.py`` finds what a room writes and is not here.
"""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

_REVERSAL = "reversal: "

MEMOS: dict[str, Promise] = {
    "bill paid": _("bill paid"),
    "bonus expired": _("bonus expired"),
    "cancelled": _("cancelled"),
    "cash paid out": _("cash paid out"),
    "cash taken": _("cash taken"),
    "changed": _("changed"),
    "delivered to the buyer": _("delivered to the buyer"),
    "deposit kept": _("deposit kept"),
    "deposit received": _("deposit received"),
    "deposit taken": _("deposit taken"),
    "dispute lost": _("dispute lost"),
    "dispute open": _("dispute opened"),
    "dispute won": _("dispute won"),
    "drawer closed": _("drawer closed"),
    "drawer opened": _("drawer opened"),
    "metered": _("what use has cost"),
    "money received": _("money received"),
    "money returned": _("money returned"),
    "paid by a tab": _("paid by a tab"),
    "paid from a balance": _("paid from a balance"),
    "paid into a balance": _("paid into a balance"),
    "paid out by hand": _("paid out by hand"),
    "payment taken back": _("payment taken back"),
    "returned by the provider": _("returned by the payment service without us"),
    "returned by the provider as well": _("returned by the payment service a second time"),
    "returned to a balance": _("returned to a balance"),
    "returned to a tab": _("returned to a tab"),
    "tab paid out": _("tab paid out"),
    "the buyer has it without us": _("the buyer has it without us"),
    "to be paid out by hand": _("to be paid out by hand"),
    "used by the holder": _("used by the holder"),
}

KINDS: dict[str, Promise] = {
    "balance": _("balance"),
    "balance-owed": _("owed by a balance"),
    "bank": _("bank"),
    "bonus": _("bonus"),
    "bonus-given": _("bonus given, region"),
    "buyer": _("buyer, order no."),
    "by-hand": _("to be paid out by hand, region"),
    "cash-difference": _("difference of a drawer, organisation"),
    "deposit": _("deposit"),
    "dispute": _("disputed at"),
    "drawer": _("drawer"),
    "lost": _("lost, region"),
    "outside": _("returned without us, region"),
    "provider": _("payment service"),
    "revenue": _("revenue"),
    "safe": _("safe, organisation"),
    "supplier": _("supplier"),
    "tab": _("tab"),
}


def memo_words(memo: str) -> str | Promise:
    """What an entry was for; of a correction, why."""
    if memo.startswith(_REVERSAL):
        return format_lazy("{}: {}", _("taken back"), memo.removeprefix(_REVERSAL))
    return MEMOS.get(memo, memo)


def account_words(account: str) -> str:
    """An account in words: "supplier:1" is "supplier 1"."""
    kind, _colon, which = account.partition(":")
    return f"{KINDS.get(kind, kind)} {which}".strip()
