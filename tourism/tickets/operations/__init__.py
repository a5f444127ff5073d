"""The verbs of tickets, split by subject."""

from tourism.tickets.operations.admissions import (
    AlreadyHolds,
    HoldsThatDay,
    admit,
    give_up,
    held_that_day,
    move,
)
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
    "HoldsThatDay",
    "Made",
    "PlacesSold",
    "admit",
    "create_days",
    "follow_patterns",
    "give_up",
    "held_that_day",
    "move",
    "set_day",
    "set_slot",
)
