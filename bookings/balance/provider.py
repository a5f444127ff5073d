"""A stored balance as a way to pay."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from bookings.balance import operations, queries
from bookings.balance.models import Account, Spending
from bookings.payments.providers import Charge, Handle, Outcome
from bookings.payments.providers.own import OwnWay
from kernel import clock


class Balance(OwnWay):
    """Pays from the payer's own balance and from nobody else's."""

    name = "balance"

    @property
    def title(self) -> str:
        return _("My balance")

    def is_offered(self, *, payer: str, amount_fen: int, currency: str) -> bool:
        account = Account.objects.filter(actor=payer, currency=currency).first()
        return account is not None and queries.left_fen(account, at=clock.now()) >= amount_fen

    def take(self, charge: Charge, *, at: datetime) -> bool:
        return operations.spend(
            actor=charge.payer,
            token=charge.token,
            amount_fen=charge.amount_fen,
            currency=charge.currency,
            words=charge.words,
            at=at,
        )

    def taken(self, token: str) -> tuple[int, int] | None:
        spending = Spending.objects.filter(token=token).first()
        return (spending.whole_fen, spending.returned_fen) if spending else None

    def give_back(self, handle: Handle, *, token: str, amount_fen: int, at: datetime) -> Outcome:
        is_back = operations.give_back(
            token=handle.token, return_token=token, amount_fen=amount_fen, at=at
        )
        return Outcome.SUCCEEDED if is_back else Outcome.FAILED
