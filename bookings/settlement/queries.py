"""Reads of settlement."""

from __future__ import annotations

from datetime import datetime

from bookings.settlement.models import Contract


def contract_at(organisation_id: int, at: datetime) -> Contract | None:
    """The version of a supplier's contract that holds at a moment."""
    held = Contract.objects.filter(organisation=organisation_id, valid_from__lte=at)
    return held.order_by("-valid_from").first()


def last_contract(organisation_id: int) -> Contract | None:
    """The newest version, though it may hold only later."""
    of_it = Contract.objects.filter(organisation=organisation_id)
    return of_it.order_by("-valid_from").first()
