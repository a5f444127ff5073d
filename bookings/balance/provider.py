"""A stored balance as a way to pay."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from bookings.balance import operations, queries
from bookings.balance.models import Spending
from bookings.payments.providers import Charge, Handle, Outcome
from bookings.payments.providers.own import OwnWay
from kernel import clock
from kernel.web.templatetags.quanyu import money


class Balance(OwnWay):
    """Pays from the payer's own balance and from nobody else's."""

    name = "balance"
    without_buyer = True

    @property
    def title(self) -> str:
        return _("My balance")

    def is_offered(self, *, payer: str, amount_fen: int, currency: str) -> bool:
        left_fen = queries.standing(payer, at=clock.now(), currency=currency).left_fen
        return left_fen >= amount_fen

    def why_not(self, *, payer: str, currency: str) -> str:
        left_fen = queries.standing(payer, at=clock.now(), currency=currency).left_fen
        return (
            _("You have %(sum)s, that is too little.") % {"sum": money(left_fen)}
            if left_fen
            else ""
        )

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
