"""The report of a closed month: worked out from the books alone, so that it repeats byte for byte.

No name and no word that may change stands in it: accounts are codes, suppliers their ids, sums fen.
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.db import connection

from bookings.settlement.models import MonthClose
from bookings.settlement.operations.earning import KIND, PAID_OUT

_BELONGS = "e.region_id = %(region)s AND e.at < %(until)s AND e.id <= %(last)s"

_ACCOUNTS = f"""
    SELECT p.account, p.currency, coalesce(sum(p.amount_fen) FILTER (WHERE was), 0)::bigint,
        coalesce(sum(p.amount_fen) FILTER (WHERE NOT was AND p.amount_fen > 0), 0)::bigint,
        coalesce(-sum(p.amount_fen) FILTER (WHERE NOT was AND p.amount_fen < 0), 0)::bigint,
        sum(p.amount_fen)::bigint
    FROM bookings_ledger_entry AS e
    JOIN bookings_ledger_posting AS p ON p.entry_id = e.id
    CROSS JOIN LATERAL (SELECT e.at < %(was_until)s AND e.id <= %(was_last)s AS was) AS before
    WHERE {_BELONGS}
    GROUP BY p.account, p.currency ORDER BY p.account COLLATE "C", p.currency
"""  # noqa: S608 - constants

_REVENUE = f"""
    SELECT split_part(p.account, ':', 2)::bigint, p.currency, CASE
        WHEN p.account LIKE 'breakage:%%' THEN 'BREAKAGE'
        WHEN coalesce(undone.memo, e.memo) IN {PAID_OUT} THEN 'PAID_OUT'
        ELSE {KIND} END AS kind, -sum(p.amount_fen)::bigint
    FROM bookings_ledger_entry AS e
    JOIN bookings_ledger_posting AS p ON p.entry_id = e.id
    LEFT JOIN bookings_ledger_entry AS undone
        ON e.key LIKE 'reversal:%%' AND undone.id = substring(e.key FROM ':([0-9]+)$')::bigint
    WHERE {_BELONGS} AND NOT (e.at < %(was_until)s AND e.id <= %(was_last)s)
        AND (p.account LIKE 'revenue:%%' OR p.account LIKE 'breakage:%%')
    GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
"""  # noqa: S608 - constants

_ENTRIES = f"SELECT count(*) FROM bookings_ledger_entry AS e WHERE {_BELONGS}"  # noqa: S608

_DEBITS = f"""
    SELECT coalesce(sum(p.amount_fen), 0)::bigint FROM bookings_ledger_entry AS e
    JOIN bookings_ledger_posting AS p ON p.entry_id = e.id WHERE {_BELONGS} AND p.amount_fen > 0
"""  # noqa: S608 - constants


class BooksOff(Exception):
    """The accounts do not sum to zero: somebody has been in the books below the application."""


@dataclass(frozen=True, slots=True)
class Cut:
    """Entries of a region dated before a moment, with numbers up to one."""

    region_id: int
    until: datetime
    last_entry_id: int

    @property
    def values(self) -> dict[str, Any]:
        return {"region": self.region_id, "until": self.until, "last": self.last_entry_id}

    def totals(self) -> tuple[int, int]:
        """How many entries, and their debits in fen, whatever the currency."""
        [(debits,)] = _rows(_DEBITS, self.values)
        return self.entries(), int(debits)

    def entries(self) -> int:
        """How many entries."""
        [(entries,)] = _rows(_ENTRIES, self.values)
        return int(entries)


def report_text(close: MonthClose, opening: Cut, closing: Cut, *, is_first: bool) -> str:
    """What a month did to every account, and what it came to: JSON, sorted, with a newline.

    :raises BooksOff: the accounts do not sum to zero.
    """
    values = closing.values | {
        "was_until": opening.until,
        "was_last": opening.last_entry_id,
    }
    accounts = [_account(row) for row in _rows(_ACCOUNTS, values)]
    entries_before = opening.entries()
    report = {
        "region": close.region_id,
        "month": f"{close.month:%Y-%m}",
        "since": _moment(close.since),
        "until": _moment(close.until),
        "is_first": is_first,
        "last_entry": close.last_entry_id,
        "entries_before": entries_before,
        "entries": closing.entries() - entries_before,
        "accounts": accounts,
        "totals": _totals(accounts),
        "suppliers": _suppliers(accounts, _rows(_REVENUE, values)),
    }
    return json.dumps(report, indent=2, sort_keys=True, ensure_ascii=False) + "\n"


def _account(row: tuple[Any, ...]) -> dict[str, Any]:
    account, currency, opening, debits, credits_, closing = row
    if opening + debits - credits_ != closing:
        raise BooksOff(f"{account} does not add up")
    return {
        "account": account,
        "currency": currency,
        "opening_fen": opening,
        "debits_fen": debits,
        "credits_fen": credits_,
        "closing_fen": closing,
    }


def _totals(accounts: Iterable[dict[str, Any]]) -> dict[str, dict[str, int]]:
    """The four sums by currency; what was there and what is left is nothing in all."""
    names = ("opening_fen", "debits_fen", "credits_fen", "closing_fen")
    found: dict[str, dict[str, int]] = defaultdict(lambda: dict.fromkeys(names, 0))
    for each in accounts:
        for name in names:
            found[each["currency"]][name] += each[name]
    for currency, sums in found.items():
        if sums["opening_fen"] or sums["closing_fen"] or sums["debits_fen"] != sums["credits_fen"]:
            raise BooksOff(f"the books of {currency} do not sum to zero")
    return dict(found)


_LABELS = {
    "USED": "used_fen",
    "EXPIRED": "expired_unused_fen",
    "KEPT": "kept_by_terms_fen",
    "METERED": "metered_fen",
    "REFUNDED": "refunded_fen",
    "DEPOSIT": "deposits_kept_fen",
    "COMMISSION": "commission_booked_fen",
    "ADJUSTMENT": "adjustments_fen",
    "PAID_OUT": "paid_out_fen",
    "BREAKAGE": "breakage_of_platform_fen",
}
_STANDING = {
    "supplier": "sold_not_used_fen",
    "revenue": "owed_fen",
    "commission": "commission_in_all_fen",
}


def _suppliers(
    accounts: Iterable[dict[str, Any]], revenue: Iterable[tuple[Any, ...]]
) -> list[dict[str, Any]]:
    """What each has earned in the month, by why; and what stands at its end."""
    found: dict[tuple[int, str], dict[str, int]] = defaultdict(
        lambda: dict.fromkeys((*_LABELS.values(), *_STANDING.values()), 0)
    )
    for supplier, currency, kind, fen in revenue:
        found[supplier, currency][_LABELS[kind]] += fen
    for each in accounts:
        kind, _colon, which = each["account"].partition(":")
        if kind in _STANDING:
            found[int(which), each["currency"]][_STANDING[kind]] -= each["closing_fen"]
    return [
        {"supplier": supplier, "currency": currency, **sums}
        for (supplier, currency), sums in sorted(found.items())
    ]


def _moment(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat()


def _rows(sql: str, values: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return list(cursor.fetchall())
