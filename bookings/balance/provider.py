"""A stored balance as a way to pay: its answer is final at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from bookings.balance import operations
from bookings.balance.models import Account, Spending
from bookings.payments import providers
from bookings.payments.providers import (
    BadSignature,
    Capabilities,
    Charge,
    Handle,
    Notice,
    Outcome,
    Payment,
    ProviderDown,
    Returned,
    Started,
)
from kernel import clock


class Balance:
    """Pays from the payer's own balance and from nobody else's."""

    name = "balance"
    thanks = (b"", "text/plain")

    @property
    def capabilities(self) -> Capabilities:
        """Its money is as real as that of the outside providers it was paid in by."""
        outside = (each for each in providers.list_all() if each.name != self.name)
        return Capabilities(
            currencies=frozenset({"CNY"}),
            is_live=any(each.capabilities.is_live for each in outside),
            refund_window_days=3650,
            refund_takes_days=0,
            is_internal=True,
        )

    @property
    def title(self) -> str:
        return _("My balance")

    def is_offered(self, *, payer: str, amount_fen: int, currency: str) -> bool:
        account = Account.objects.filter(actor=payer, currency=currency).first()
        return account is not None and account.whole_fen >= amount_fen

    def start(self, charge: Charge) -> Started:
        is_paid = operations.spend(
            actor=charge.payer,
            token=charge.token,
            amount_fen=charge.amount_fen,
            currency=charge.currency,
            words=charge.words,
            at=clock.now(),
        )
        return Started(charge.token, outcome=Outcome.SUCCEEDED if is_paid else Outcome.FAILED)

    def fetch(self, handle: Handle) -> Payment:
        spending = Spending.objects.filter(token=handle.token).first()
        if spending is None:
            raise ProviderDown
        return Payment(
            provider_ref=handle.token,
            token=handle.token,
            outcome=Outcome.SUCCEEDED,
            amount_fen=spending.whole_fen,
            currency=handle.currency,
            is_live=self.capabilities.is_live,
            captured_fen=spending.whole_fen,
            refunded_fen=spending.returned_fen,
        )

    def capture(self, handle: Handle, *, amount_fen: int) -> Outcome:
        return Outcome.FAILED

    def void(self, handle: Handle) -> Outcome:
        is_paid = Spending.objects.filter(token=handle.token).exists()
        return Outcome.FAILED if is_paid else Outcome.SUCCEEDED

    def refund(self, handle: Handle, *, token: str, amount_fen: int) -> Returned:
        is_back = operations.give_back(
            token=handle.token, return_token=token, amount_fen=amount_fen, at=clock.now()
        )
        return Returned(Outcome.SUCCEEDED if is_back else Outcome.FAILED)

    def verify(self, raw: bytes, headers: Mapping[str, str], *, at: datetime) -> Notice:
        raise BadSignature

    def news(self, *, since: datetime) -> Sequence[Notice]:
        return ()
