"""What buyers were shown and what they paid, in plain sums: nothing here asks the product to add up."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field


@dataclass
class Trip:
    """One order and what it was changed into: a buyer's own sums, in fen.

    ``asked`` is what had to be paid for it to be placed; ``paid`` what has left the buyer's pocket;
    ``later`` what was asked for after it; ``back`` what was promised to come back.
    """

    asked: int
    paid: int = 0
    later: int = 0
    back: int = 0
    is_placed: bool = False
    is_held: bool = False
    refused: set[int] = field(default_factory=set)

    def keeps(self) -> int:
        """What the platform may keep of the buyer's money now."""
        if self.is_placed:
            return self.asked + self.later - self.back
        return min(self.paid, self.asked) if self.is_held else 0


@dataclass
class Model:
    """All trips by the number of their first order, and how many persons each thing holds."""

    trips: dict[int, Trip] = field(default_factory=dict)
    persons: Counter[tuple[str, str]] = field(default_factory=Counter)

    def keeps(self) -> int:
        """What the platform may keep of everybody's money."""
        return sum(trip.keeps() for trip in self.trips.values())
