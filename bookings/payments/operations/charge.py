"""An attempt in the words of the port."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from bookings.contracts import How
from bookings.payments.models import Attempt
from bookings.payments.providers import Charge


@dataclass(frozen=True, slots=True)
class Buyer:
    """How the buyer has come: where the provider sends them back to, and what it must know of them."""

    return_url: str
    ip: str = ""
    is_phone: bool = True


def charge_of(attempt: Attempt, *, at: datetime, buyer: Buyer) -> Charge:
    """What a provider is asked for."""
    return Charge(
        token=attempt.token,
        amount_fen=attempt.amount_fen,
        currency=attempt.currency,
        words=attempt.words,
        return_url=buyer.return_url,
        notice_url=f"{settings.SITE_URL}/hooks/{attempt.provider}/",
        language=attempt.language,
        closes_at=attempt.closes_at or at,
        payer=attempt.payer,
        how=How(attempt.how),
        buyer_ip=buyer.ip,
        is_phone=buyer.is_phone,
    )
