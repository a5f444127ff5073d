"""Reads of settlement."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db.models import QuerySet

from bookings.orders.models import Line
from bookings.settlement.models import Contract, Earning, Statement


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
