"""A payment service in memory that does what it is asked and keeps a book of its own: the other truth."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from bookings.contracts import How
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


@dataclass
class Paid:
    """One payment as the till knows it; sums in fen. ``stays_open``: its page cannot be closed."""

    charge: Charge
    stays_open: bool
    outcome: Outcome = Outcome.PENDING
    captured: int = 0
    returned: int = 0


class Till:
    """The port, without a wire. Buyers press; nobody is told but by ``notice``.

    Every second page stays open once it is opened, as some services' do: money may come late.
    """

    thanks = (b"", "text/plain")

    def __init__(self, name: str, *, authorise: bool) -> None:
        self.name = self.title = name
        self.capabilities = Capabilities(
            currencies=frozenset({"CNY"}),
            is_live=False,
            authorise=authorise,
            capture_less=authorise,
        )
        self.book: dict[str, Paid] = {}
        self.refunds: dict[str, int] = {}
        self.told = 0

    def is_offered(self, *, payer: str, amount_fen: int, currency: str) -> bool:
        return True

    def start(self, charge: Charge) -> Started:
        self.book.setdefault(charge.token, Paid(charge, stays_open=len(self.book) % 2 == 0))
        return Started(charge.token, redirect_url=f"http://till/{charge.token}")

    def press(self, token: str, fen: int) -> None:
        """The buyer's button: so much is paid or set aside; 0: it is refused."""
        paid = self.book[token]
        assert paid.outcome is Outcome.PENDING, "a page is pressed once"
        takes = paid.charge.how is How.CHARGE
        done = Outcome.SUCCEEDED if takes else Outcome.AUTHORISED
        paid.outcome = done if fen else Outcome.FAILED
        paid.captured = fen if takes else 0

    def fetch(self, handle: Handle) -> Payment:
        paid = self.book[handle.token]
        return Payment(
            provider_ref=handle.token,
            token=handle.token,
            outcome=paid.outcome,
            amount_fen=paid.charge.amount_fen,
            currency="CNY",
            is_live=False,
            captured_fen=paid.captured,
            refunded_fen=paid.returned,
        )

    def notice(self, token: str) -> Notice:
        """News of how it stands now."""
        self.told += 1
        return Notice(
            f"news-{self.told}", "news", self.fetch(Handle(token, token, "", 0, "CNY")), {}
        )

    def capture(self, handle: Handle, *, amount_fen: int) -> Outcome:
        paid = self.book[handle.token]
        if paid.outcome is not Outcome.AUTHORISED or amount_fen > paid.charge.amount_fen:
            return Outcome.FAILED
        paid.outcome, paid.captured = Outcome.SUCCEEDED, amount_fen
        return Outcome.SUCCEEDED

    def void(self, handle: Handle) -> Outcome:
        paid = self.book[handle.token]
        stays = paid.stays_open and paid.outcome is Outcome.PENDING
        if stays or paid.outcome is Outcome.SUCCEEDED:
            return Outcome.FAILED
        paid.outcome = Outcome.FAILED
        return Outcome.SUCCEEDED

    def refund(self, handle: Handle, *, token: str, amount_fen: int) -> Returned:
        paid = self.book[handle.token]
        if token not in self.refunds:
            if paid.returned + amount_fen > paid.captured:
                return Returned(Outcome.FAILED, "too much")
            self.refunds[token] = amount_fen
            paid.returned += amount_fen
        return Returned(Outcome.SUCCEEDED)

    def verify(self, raw: bytes, headers: Mapping[str, str], *, at: datetime) -> Notice:
        raise BadSignature

    def news(self, *, since: datetime) -> Sequence[Notice]:
        return ()
