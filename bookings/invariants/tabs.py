"""Tabs = their lines = ledger; a bill is the sum of its lines."""

from collections.abc import Sequence
from datetime import datetime

from kernel.invariants import rows, rule

_TAB = """
    WITH tab AS (
        INSERT INTO bookings_tabs_tab (name, region_id, currency, limit_fen, used_fen,
            pay_within_days, is_open)
        SELECT 'breach', min(id), 'CNY', 1, USED, 1, TRUE FROM kernel_places_region RETURNING id
    )
"""
_USED, _UNUSED = _TAB.replace("USED", "1"), _TAB.replace("USED", "0")
_BOOKED = f"""
    {_USED}, entry AS (
        INSERT INTO bookings_ledger_entry (key, subject, memo, region_id, at)
        SELECT 'breach', 'tab:' || id, 'breach', 0, %(at)s FROM tab RETURNING id, subject
    ), posted AS (
        INSERT INTO bookings_ledger_posting (entry_id, account, amount_fen, currency)
        SELECT entry.id, leg.account, leg.fen, 'CNY'
        FROM entry, LATERAL (VALUES (entry.subject, 1), ('breach', -1)) AS leg(account, fen)
        RETURNING id
    )
    SELECT count(*) FROM posted
"""  # noqa: S608 - a constant
"""A tab with one fen used, that is in the books as well, and no line of it."""


@rule(
    "tab-equals-ledger",
    breach=f"""
    {_USED}
    INSERT INTO bookings_tabs_item (tab_id, token, fen, returned_fen, actor, words, at)
    SELECT id, 'breach', 1, 0, '', '', %(at)s FROM tab
    """,  # noqa: S608 - a constant
)
def tab_equals_ledger(at: datetime) -> Sequence[str]:
    """What a tab has used and not paid is what the books say it owes."""
    return rows(
        """
        SELECT t.id AS tab, t.used_fen, coalesce(sum(p.amount_fen), 0) AS books_fen
        FROM bookings_tabs_tab AS t
        LEFT JOIN bookings_ledger_posting AS p ON p.account = 'tab:' || t.id
        GROUP BY t.id HAVING t.used_fen <> coalesce(sum(p.amount_fen), 0)
        """
    )


@rule("tab-equals-lines", breach=_BOOKED)
def tab_equals_lines(at: datetime) -> Sequence[str]:
    """What a tab has used and not paid is the sum of its lines, less the bills that are paid."""
    return rows(
        """
        SELECT t.id AS tab, t.used_fen, coalesce(i.fen, 0) AS lines_fen, coalesce(b.fen, 0) AS paid_fen
        FROM bookings_tabs_tab AS t
        LEFT JOIN (SELECT tab_id, sum(fen) AS fen FROM bookings_tabs_item GROUP BY 1) AS i
            ON i.tab_id = t.id
        LEFT JOIN (
            SELECT tab_id, sum(amount_fen) AS fen FROM bookings_tabs_bill
            WHERE paid_at IS NOT NULL GROUP BY 1
        ) AS b ON b.tab_id = t.id
        WHERE t.used_fen <> coalesce(i.fen, 0) - coalesce(b.fen, 0)
        """
    )


@rule(
    "bill-equals-lines",
    breach=f"""
    {_UNUSED}
    INSERT INTO bookings_tabs_bill (tab_id, month, amount_fen, issued_at, due_at)
    SELECT id, '2000-01-01', 1, %(at)s, %(at)s FROM tab
    """,  # noqa: S608 - a constant
)
def bill_equals_lines(at: datetime) -> Sequence[str]:
    """A monthly bill is what its lines add up to."""
    return rows(
        """
        SELECT b.id AS bill, b.amount_fen, coalesce(sum(i.fen), 0) AS lines_fen
        FROM bookings_tabs_bill AS b LEFT JOIN bookings_tabs_item AS i ON i.bill_id = b.id
        GROUP BY b.id HAVING b.amount_fen <> coalesce(sum(i.fen), 0)
        """
    )
