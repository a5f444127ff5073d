"""What providers write of a day's money: files that are read into frozen rows. No models, no network.

A bill says of itself which days it is of, and (Alipay, WeChat Pay) how many rows it has, so that one that
broke off is known. Formats: docs/algorithms/reconciliation.md.
"""

from __future__ import annotations

from collections.abc import Callable

from bookings.payments.bills import alipay, stripe, wechat
from bookings.payments.bills.rows import Bill, NotABill, Row, Said

__all__ = ("READERS", "Bill", "NotABill", "Row", "Said", "read")

READERS: dict[str, Callable[[bytes], Bill]] = {
    "alipay": alipay.read,
    "stripe": stripe.read,
    "wechat": wechat.read,
}


def read(provider: str, raw: bytes) -> Bill:
    """The rows of a provider's file.

    :raises NotABill: it is no file of this provider, or a row of it cannot be read.
    """
    return READERS[provider](raw)
