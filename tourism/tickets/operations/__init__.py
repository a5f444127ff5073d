"""The verbs of tickets, split by subject."""

from tourism.tickets.operations.admissions import AlreadyHolds, admit, give_up, move
from tourism.tickets.operations.slots import (
    Followed,
    Made,
    PlacesSold,
    create_days,
    follow_patterns,
    set_day,
    set_slot,
)

__all__ = (
    "AlreadyHolds",
    "Followed",
    "Made",
    "PlacesSold",
    "admit",
    "create_days",
    "follow_patterns",
    "give_up",
    "move",
    "set_day",
    "set_slot",
)
