"""Opening orders by their token, for strangers: who guesses is told to stop."""

from __future__ import annotations

from datetime import datetime, timedelta

from accounts.identity import limits
from bookings.orders import queries
from bookings.orders.models import Order

MOST_AN_HOUR = 100


def open_order(token: str, *, address: str, at: datetime) -> Order:
    """The order a token opens. A wrong one is counted for the network address that it came from.

    A right one always opens: hundreds of guests share one address, and a token cannot be guessed.

    :raises OrderNotFound: no order has this token. :raises TooMany: and too many had none before.
    """
    try:
        return queries.by_token(token)
    except queries.OrderNotFound:
        count_wrong(address=address, at=at)
        raise


def count_wrong(*, address: str, at: datetime) -> None:
    """Count a token that opens nothing. :raises TooMany: too many from this address were wrong."""
    guesses = limits.per("order-guess:address", address, MOST_AN_HOUR, timedelta(hours=1))
    limits.spend([guesses], at=at)
