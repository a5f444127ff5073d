"""The rules a plan must keep, by name, and one breach of one of them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

EPS_S = 1e-6
"""Seconds that a rule of time may be missed by: sums of floats in another order."""


class Rule(StrEnum):
    """Every rule; what a refusal names as binding is one of these too."""

    SNAPSHOT = "snapshot"
    """The plan was made from another problem or travel snapshot."""
    UNKNOWN = "unknown"
    """A vehicle, request or break that the problem does not have."""
    TWICE = "twice"
    """A vehicle with two routes, a stop planned twice, a request both carried and left out."""
    UNTOLD = "untold"
    """A request neither carried nor named as left out."""
    DROPPED = "dropped"
    """An accepted request is left out."""
    PAIR = "pair"
    """A drop-off without its pick-up before it in the same vehicle, or the reverse."""
    ON_BOARD = "on_board"
    """Whoever sits in a vehicle does not leave from it."""
    FROZEN = "frozen"
    """The route does not begin with the committed stops in their order."""
    VEHICLE = "vehicle"
    """Carried by another vehicle than the only one allowed."""
    SKILLS = "skills"
    CLASS = "class"
    CAPACITY = "capacity"
    BREAK = "break"
    """A required break is missing, or people sit in the vehicle during one without riders."""
    DRIVING = "driving"
    CONTINUOUS_DRIVING = "continuous_driving"
    PLACE = "place"
    """A stop elsewhere than its task."""
    TRAVEL = "travel"
    """Times that do not follow each other: too fast a leg, service before arrival, too short a stop."""
    WINDOW = "window"
    """Service, or a break, begins outside its window."""
    PROMISE = "promise"
    RIDE = "ride"
    SHIFT = "shift"
    DURATION = "duration"
    """From leaving the start to the end longer than the vehicle may be out."""


@dataclass(frozen=True, slots=True)
class Violation:
    """One breach: the rule, where (vehicle, request or break, number of the stop from 0), and by how much.

    ``by`` is in the rule's unit: seconds, loads, or 0 where there is no more or less.
    """

    rule: Rule
    vehicle_id: str = ""
    ref: str = ""
    stop: int | None = None
    by: float = 0.0

    def __str__(self) -> str:
        where = f" stop {self.stop}" if self.stop is not None else ""
        excess = f" by {self.by:g}" if self.by else ""
        return f"{self.rule}: vehicle {self.vehicle_id or '-'}{where} {self.ref}{excess}".rstrip()
