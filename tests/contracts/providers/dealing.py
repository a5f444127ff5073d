"""What the tests of every provider ask of it, and which of them a test is for."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from bookings.orders.models import Order, State
from bookings.payments import operations as payments
from bookings.payments.models import Attempt
from bookings.payments.providers import Charge, Handle, Outcome, Provider, Started
from kernel import clock, invariants
from kernel.outbox import operations as outbox
from kernel.outbox.models import Event
from tests.contracts.inbox import Inbox, Letter
from tests.contracts.own_parties import OWN
from tests.contracts.parties import PARTIES

AMOUNT = 20_000
UNKNOWN = Handle("unknown", "pay_unknown", "", AMOUNT, "CNY")

of_everyone = pytest.mark.parametrize("party", sorted({**PARTIES, **OWN}), indirect=True)
"""What outside parties and ways of our own have in common."""

SET_ASIDE = ("sandbox", "stripe")
of_those_that_set_aside = pytest.mark.parametrize("party", SET_ASIDE, indirect=True)

of_our_own = pytest.mark.parametrize("party", sorted(OWN), indirect=True)


def charge(post: Inbox, **changes: Any) -> Charge:
    """A charge of its own."""
    facts = {
        "token": f"{uuid4().hex[:20]}-_",
        "amount_fen": AMOUNT,
        "currency": "CNY",
        "words": "QY-1",
        "return_url": f"{post.url}/back",
        "notice_url": f"{post.url}/hooks/",
        "language": "en",
        "closes_at": clock.now() + timedelta(hours=1),
        "buyer_ip": "203.0.113.7",
    }
    return Charge(**{**facts, **changes})


def handle(wish: Charge, started: Started) -> Handle:
    """The payment as the core knows it before any notice came."""
    return Handle(wish.token, started.provider_ref, "", wish.amount_fen, wish.currency)


def back(provider: Provider, made: Handle, amount_fen: int, *, token: str = "") -> Outcome:
    return provider.refund(
        made, token=token or f"{uuid4().hex[:20]}-_", amount_fen=amount_fen
    ).outcome


def pay_by(provider: Provider, order: Order, at: datetime) -> Attempt:
    return payments.pay_by(
        order=order,
        provider=provider.name,
        at=at,
        buyer=payments.Buyer("http://x/", ip="203.0.113.7"),
    )


def hear(provider: Provider, letter: Letter, at: datetime) -> None:
    payments.hear(provider=provider.name, raw=letter.raw, headers=letter.headers, at=at)
    outbox.drain(at=at)


def state(order: Order) -> State:
    return Order.objects.get(pk=order.pk).state


def received() -> int:
    return Event.objects.filter(name="bookings.payments.received").count()


def holds(at: datetime) -> bool:
    return invariants.check_all(at=at + timedelta(hours=1)) == []
