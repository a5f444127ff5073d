"""What is asked for at once when something is booked: its price, what of it is due later, a deposit. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from bookings.contracts import Offer


@dataclass(frozen=True, slots=True)
class DueNow:
    """Sums in fen: the whole price, what of it is charged at once, and what is set aside beside it."""

    total_fen: int
    charged_fen: int
    deposit_fen: int

    @property
    def later_fen(self) -> int:
        return self.total_fen - self.charged_fen

    @property
    def fen(self) -> int:
        """All that is asked for now."""
        return self.charged_fen + self.deposit_fen

    @property
    def is_plain(self) -> bool:
        """Whether it is the price and nothing else."""
        return not self.later_fen and not self.deposit_fen


def due_now(offers: Iterable[Offer]) -> DueNow:
    """What these ask for together."""
    found = list(offers)
    return DueNow(
        total_fen=sum(offer.price_fen for offer in found),
        charged_fen=sum(offer.due_now_fen for offer in found),
        deposit_fen=sum(offer.deposit_fen for offer in found),
    )
