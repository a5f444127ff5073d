"""Deliver what was paid, and carry it over when its supplier moves it to another time."""

from bookings.fulfilment.operations.deliver import ask_waiting_suppliers, deliver
from bookings.fulfilment.operations.exchange import (
    NoRoomThere,
    NotExchangeable,
    exchange_line,
)
from bookings.fulfilment.operations.move import NewTime, move_lines

__all__ = (
    "NewTime",
    "NoRoomThere",
    "NotExchangeable",
    "ask_waiting_suppliers",
    "deliver",
    "exchange_line",
    "move_lines",
)
