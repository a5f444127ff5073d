"""A tab as a way to pay."""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from bookings.payments.providers import Charge, Handle, Outcome
from bookings.payments.providers.own import OwnWay
from bookings.tabs import operations, queries
from kernel import clock
from kernel.web.templatetags.quanyu import money


class OnTab(OwnWay):
    """Pays by the tab that the payer is on, within its limit; a late bill stops it."""

    name = "tab"
    without_buyer = True

    @property
    def title(self) -> str:
        return _("Later, with the monthly bill")

    def is_offered(self, *, payer: str, amount_fen: int, currency: str) -> bool:
        tab = queries.find(payer)
        if tab is None or tab.currency != currency or tab.left_fen < amount_fen:
            return False
        return not queries.is_late(tab, at=clock.now())

    def why_not(self, *, payer: str, currency: str) -> str:
        tab = queries.find(payer)
        if tab is None or tab.currency != currency:
            return ""
        if queries.is_late(tab, at=clock.now()):
            return _("A bill should have been paid by now.")
        return _("%(sum)s is left on the tab, that is too little.") % {"sum": money(tab.left_fen)}

    def take(self, charge: Charge, *, at: datetime) -> bool:
        return operations.charge(
            actor=charge.payer,
            token=charge.token,
            amount_fen=charge.amount_fen,
            currency=charge.currency,
            words=charge.words,
            at=at,
        )

    def taken(self, token: str) -> tuple[int, int] | None:
        return queries.taken(token)

    def give_back(self, handle: Handle, *, token: str, amount_fen: int, at: datetime) -> Outcome:
        is_back = operations.give_back(
            token=handle.token, return_token=token, amount_fen=amount_fen, at=at
        )
        return Outcome.SUCCEEDED if is_back else Outcome.FAILED
