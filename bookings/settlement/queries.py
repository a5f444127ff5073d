"""Reads of settlement."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db.models import BooleanField, Exists, ExpressionWrapper, OuterRef, Q, QuerySet

from bookings.orders.models import Line
from bookings.settlement.models import (
    LIVE,
    BankAccount,
    Contract,
    Earning,
    Payout,
    PayoutState,
    Statement,
    StatementState,
)


def contract_at(organisation_id: int, at: datetime) -> Contract | None:
    """The version of a supplier's contract that holds at a moment."""
    held = Contract.objects.filter(organisation=organisation_id, valid_from__lte=at)
    return held.order_by("-valid_from").first()


def last_contract(organisation_id: int) -> Contract | None:
    """The newest version, though it may hold only later."""
    of_it = Contract.objects.filter(organisation=organisation_id)
    return of_it.order_by("-valid_from").first()


def statements_of(organisation_ids: Collection[int]) -> QuerySet[Statement]:
    """The statements of these suppliers."""
    found = Statement.objects.filter(organisation__in=organisation_ids)
    return found.select_related("organisation", "region")


def order_codes(earnings: Collection[Earning]) -> dict[int, str]:
    """The numbers of the orders that these are of, by the id of the line."""
    lines = Line.objects.filter(pk__in={each.line_id for each in earnings if each.line_id})
    return dict(lines.values_list("pk", "order__code"))


def account_of(organisation_id: int) -> BankAccount | None:
    """Where a supplier wants its money now."""
    return BankAccount.objects.filter(organisation=organisation_id).order_by("-pk").first()


def accounts_of(organisation_ids: Collection[int]) -> dict[int, BankAccount]:
    """The same of several suppliers, by their ids."""
    rows = BankAccount.objects.filter(organisation__in=organisation_ids).order_by("pk")
    return {row.organisation_id: row for row in rows}


def last_payouts(statements: Collection[Statement]) -> dict[int, Payout]:
    """What has become of the payouts of these, by the id of the statement: the last one of each.

    What was given up inside the platform is not told.
    """
    rows = Payout.objects.filter(statement__in=statements).exclude(state=PayoutState.DROPPED)
    return {row.statement_id: row for row in rows.select_related("account").order_by("pk")}


def with_due(statements: QuerySet[Statement]) -> QuerySet[Statement]:
    """These with ``is_due``: confirmed, above zero, and no payout of it lives."""
    live = Payout.objects.filter(statement=OuterRef("pk"), state__in=LIVE)
    is_due = Q(state=StatementState.CONFIRMED, balance_fen__gt=0) & ~Exists(live)
    return statements.annotate(is_due=ExpressionWrapper(is_due, output_field=BooleanField()))
