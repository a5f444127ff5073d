"""Whose house keeps less, or more, by another sum than the terms give."""

from __future__ import annotations

from collections.abc import Sequence

from bookings.orders.models import Line
from bookings.refunds import operations


def lost_of(
    terms: operations.Quote, given: operations.Quote, lines: Sequence[Line]
) -> list[tuple[str, bool, int]]:
    """Each supplier that another sum than the terms' touches: whether it loses, and how much, in fen."""
    lost = terms.lost_by(given, lines)
    return [(supplier.name, fen > 0, abs(fen)) for supplier, fen in lost.items()]
