"""Cash as a way to pay: offered to a clerk with an open drawer, who says so that the money is in it."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from bookings.cash import operations, queries
from bookings.payments.providers import Charge, Handle, Outcome
from bookings.payments.providers.own import OwnWay


class Cash(OwnWay):
    """The payer of a cash payment is the clerk whose drawer it goes into."""

    name = "cash"

    @property
    def title(self) -> str:
        return _("Cash at the counter")

    def is_offered(self, *, payer: str, amount_fen: int, currency: str) -> bool:
        return currency in self.capabilities.currencies and queries.open_of(payer) is not None

    def take(self, charge: Charge, *, at: datetime) -> bool:
        return operations.take(
            actor=charge.payer,
            token=charge.token,
            amount_fen=charge.amount_fen,
            words=charge.words,
            at=at,
        )

    def taken(self, token: str) -> tuple[int, int] | None:
        return queries.taken(token)

    def give_back(self, handle: Handle, *, token: str, amount_fen: int, at: datetime) -> Outcome:
        """PENDING until the buyer has fetched it at a counter."""
        payout = operations.ask_payout(
            token=handle.token, payout_token=token, amount_fen=amount_fen, at=at
        )
        if payout is None:
            return Outcome.FAILED
        return Outcome.SUCCEEDED if payout.paid_at else Outcome.PENDING
