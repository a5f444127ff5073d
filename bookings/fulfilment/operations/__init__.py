"""Deliver what was paid, and carry it over when its supplier moves it to another time."""

from bookings.fulfilment.operations.deliver import ask_waiting_suppliers, deliver
from bookings.fulfilment.operations.move import NewTime, move_lines

__all__ = ("NewTime", "ask_waiting_suppliers", "deliver", "move_lines")
