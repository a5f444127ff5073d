"""The one way to move money in the books.

Account codes: ``provider:<name>`` money that a payment provider holds for us (asset, positive),
``buyer:<order id>`` what we owe the buyer until it is delivered or returned (negative),
``supplier:<organisation id>`` what we owe a supplier for what is delivered and not yet used,
``revenue:<organisation id>`` what has been used and is the supplier's for good.
"""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction

_ENTRY = """
    INSERT INTO bookings_ledger_entry (key, subject, memo, region_id, at)
    VALUES (%s, %s, %s, %s, %s) ON CONFLICT (key) DO NOTHING RETURNING id
"""

_POSTINGS = """
    INSERT INTO bookings_ledger_posting (entry_id, account, amount_fen, currency)
    SELECT %s, p.account, p.amount, %s
    FROM unnest(%s::text[], %s::bigint[]) AS p(account, amount)
"""


def post(
    *,
    key: str,
    subject: str,
    memo: str,
    postings: Sequence[tuple[str, int]],
    region_id: int,
    at: datetime,
    currency: str = "CNY",
) -> bool:
    """Write one entry of (account code, fen) legs; False when ``key`` was written before.

    Legs of zero fen are left out; an entry without legs is not written.

    :raises ValueError: the legs do not sum to zero.
    """
    legs = [(account, fen) for account, fen in postings if fen]
    if sum(fen for _, fen in legs):
        raise ValueError(f"postings of {key} sum to {sum(fen for _, fen in legs)} fen, not 0")
    if not legs:
        return False
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_ENTRY, [key, subject, memo, region_id, at])
        row = cursor.fetchone()
        if row is None:
            return False
        cursor.execute(
            _POSTINGS, [row[0], currency, [a for a, _ in legs], [fen for _, fen in legs]]
        )
    return True
