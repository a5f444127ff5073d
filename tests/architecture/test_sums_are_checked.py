"""Items 2 and 4 of the security list: behind every count and every sum stands a CHECK of the database."""

from __future__ import annotations

import re

import pytest
from django.apps import apps
from django.db import connection, models

pytestmark = pytest.mark.django_db

HOUSES = ("bookings", "tourism", "transport", "shop")
_COUNTED = re.compile(
    r"(.*_)?(fen|units|taken|capacity|released|riders|entries|entries_used|permille)"
)
MAY_BE_ANYTHING = {
    "bookings_invoices_invoice.tax_fen": "below zero on a red letter, and no further than its sum",
    "bookings_invoices_invoice.total_fen": "below zero on a red letter",
    "bookings_invoices_row.amount_fen": "below zero for a discount, and on a red letter",
    "bookings_invoices_row.tax_fen": "below zero for a discount, and on a red letter",
    "bookings_ledger_posting.amount_fen": "assets above zero, debts below",
    "bookings_settlement_bill.fees_fen": "a day may have more refunds than payments",
    "bookings_settlement_billrow.fee_fen": "a refund may bring its fee back",
    "bookings_settlement_earning.fen": "what is taken back of a supplier is below zero",
    "bookings_settlement_statement.adjusted_fen": "what is taken back of a supplier is below zero",
    "bookings_settlement_statement.balance_fen": "what is taken back of a supplier is below zero",
    "bookings_settlement_statement.carried_fen": "what is taken back of a supplier is below zero",
    "bookings_settlement_statement.commission_fen": "what is taken back of a supplier is below zero",
    "bookings_settlement_statement.deposits_fen": "what is taken back of a supplier is below zero",
    "bookings_settlement_statement.expired_fen": "what is taken back of a supplier is below zero",
    "bookings_settlement_statement.kept_fen": "what is taken back of a supplier is below zero",
    "bookings_settlement_statement.metered_fen": "what is taken back of a supplier is below zero",
    "bookings_settlement_statement.refunded_fen": "what is taken back of a supplier is below zero",
    "bookings_settlement_statement.used_fen": "what is taken back of a supplier is below zero",
    "bookings_tabs_item.fen": "what came back is below zero, though a payment is above it",
    "bookings_tabs_tab.used_fen": "below zero it is owed to the holder",
}
"""Sums that may be below zero, and why."""


def counted() -> list[str]:
    """Every column that counts or sums, as "table.column"."""
    found = []
    for model in apps.get_models():
        if model.__module__.split(".")[0] in HOUSES and model._meta.managed:
            found += [
                f"{model._meta.db_table}.{field.column}"
                for field in model._meta.concrete_fields
                if isinstance(field, models.IntegerField) and _COUNTED.fullmatch(field.name)
            ]
    assert set(MAY_BE_ANYTHING) <= set(found)
    return sorted(set(found) - set(MAY_BE_ANYTHING))


def checks_of(table: str) -> str:
    """The conditions of a table's CHECKs, as PostgreSQL says them."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT string_agg(pg_get_constraintdef(oid), ' ') FROM pg_constraint"
            " WHERE contype = 'c' AND conrelid = %s::regclass",
            [table],
        )
        return cursor.fetchone()[0] or ""


@pytest.mark.parametrize("column", counted())
def test_nothing_that_is_counted_falls_below_zero_in_the_database(column):
    table, name = column.split(".")

    # Above zero by itself, or because it is no less than another that is.
    assert re.search(rf"\b{name} >=? |<= \(?{name}\b", checks_of(table))


def test_there_is_much_that_is_counted():
    assert len(counted()) > 40
