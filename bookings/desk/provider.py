"""How a number of a block is paid while nobody has bought it: from the block's own account."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from bookings.cash import operations as drawers
from bookings.desk.models import BlockNumber, NumberState
from bookings.desk.operations import numbers
from bookings.payments.providers import Charge, Handle, Outcome
from bookings.payments.providers.own import OwnWay


class OnNumbers(OwnWay):
    """The payer is a block. A sold number's money is fetched in cash, another goes back to the block."""

    name = "numbers"

    @property
    def title(self) -> str:
        return _("Reserved numbers of a counter")

    def is_offered(self, *, payer: str, amount_fen: int, currency: str) -> bool:
        return payer.startswith("block:") and currency in self.capabilities.currencies

    def take(self, charge: Charge, *, at: datetime) -> bool:
        return numbers.consign(
            payer=charge.payer, token=charge.token, amount_fen=charge.amount_fen,
            words=charge.words, at=at,
        )  # fmt: skip

    def taken(self, token: str) -> tuple[int, int] | None:
        found = BlockNumber.objects.filter(token=token)
        return found.values_list("price_fen", "returned_fen").first()

    def give_back(self, handle: Handle, *, token: str, amount_fen: int, at: datetime) -> Outcome:
        number = BlockNumber.objects.filter(token=handle.token).first()
        if number is None:
            return Outcome.FAILED
        if number.state != NumberState.SOLD:
            is_back = numbers.take_back(number=number, token=token, amount_fen=amount_fen, at=at)
            return Outcome.SUCCEEDED if is_back else Outcome.FAILED
        payout = drawers.ask_payout(
            token=handle.token, payout_token=token, amount_fen=amount_fen, at=at
        )
        if payout is None:
            return Outcome.FAILED
        numbers.book_as_cash(number=number, token=token, amount_fen=amount_fen, at=at)
        return Outcome.SUCCEEDED if payout.paid_at else Outcome.PENDING
