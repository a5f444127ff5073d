"""What ways to pay of our own have in common: they decide at once, and nobody sends notices of them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from datetime import datetime

from bookings.payments import providers
from bookings.payments.providers import (
    BadSignature,
    Capabilities,
    Charge,
    Handle,
    Notice,
    Outcome,
    Payment,
    Returned,
    Started,
)
from kernel import clock


class OwnWay(ABC):
    """A room that moves money in the books and says so in the words of the port."""

    name: str
    thanks = (b"", "text/plain")
    refund_takes_days = 0
    without_buyer = False

    @property
    @abstractmethod
    def title(self) -> str:
        """Its name for buyers, in the active language."""

    @abstractmethod
    def is_offered(self, *, payer: str, amount_fen: int, currency: str) -> bool:
        """Whether this person may pay this sum so."""

    def why_not(self, *, payer: str, currency: str) -> str:
        """Why it is not offered to somebody who would expect it; empty where nobody would."""
        return ""

    @abstractmethod
    def take(self, charge: Charge, *, at: datetime) -> bool:
        """Move the sum, once for the charge's token; False: not to be had, and nothing is moved."""

    @abstractmethod
    def taken(self, token: str) -> tuple[int, int] | None:
        """Fen that a token has moved and fen of it that went back; None: the token moved nothing."""

    @abstractmethod
    def give_back(self, handle: Handle, *, token: str, amount_fen: int, at: datetime) -> Outcome:
        """Return a part, once for ``token``. FAILED: more than was taken."""

    @property
    def capabilities(self) -> Capabilities:
        """Its money is as real as that of the outside providers."""
        outside = (each for each in providers.list_all() if not isinstance(each, OwnWay))
        return Capabilities(
            currencies=frozenset({"CNY"}),
            is_live=any(each.capabilities.is_live for each in outside),
            refund_window_days=3650,
            refund_takes_days=self.refund_takes_days,
            is_internal=True,
            without_buyer=self.without_buyer,
        )

    def start(self, charge: Charge) -> Started:
        is_taken = self.take(charge, at=clock.now())
        return Started(charge.token, outcome=Outcome.SUCCEEDED if is_taken else Outcome.FAILED)

    def fetch(self, handle: Handle) -> Payment:
        """What the token has moved. Where that is nothing it has failed: only ``start`` moves money."""
        known = self.taken(handle.token)
        fen, returned_fen = known or (0, 0)
        return Payment(
            provider_ref=handle.token,
            token=handle.token,
            outcome=Outcome.SUCCEEDED if known else Outcome.FAILED,
            amount_fen=fen if known else handle.amount_fen,
            currency=handle.currency,
            is_live=self.capabilities.is_live,
            captured_fen=fen,
            refunded_fen=returned_fen,
        )

    def capture(self, handle: Handle, *, amount_fen: int) -> Outcome:
        return Outcome.FAILED

    def void(self, handle: Handle) -> Outcome:
        return Outcome.SUCCEEDED if self.taken(handle.token) is None else Outcome.FAILED

    def refund(self, handle: Handle, *, token: str, amount_fen: int) -> Returned:
        return Returned(self.give_back(handle, token=token, amount_fen=amount_fen, at=clock.now()))

    def verify(self, raw: bytes, headers: Mapping[str, str], *, at: datetime) -> Notice:
        raise BadSignature

    def news(self, *, since: datetime) -> Sequence[Notice]:
        return ()
