"""Payment services that say what a test wants, and what is told of a payment in their own offices."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from bookings.payments import operations as payments
from bookings.payments import providers
from bookings.payments.operations.merge import merge
from bookings.payments.providers import Outcome, Returned
from bookings.refunds import operations as refunds
from bookings.refunds.models import Refund
from kernel import invariants
from kernel.outbox import operations as outbox
from tests.bookings.payments.conftest import (  # noqa: F401
    attempt,
    bucket,
    notice,
    now,
    order,
    paid,
    party,
    signed,
)

ANNA, BEN = "user:1", "user:2"


class Sulky:
    """A provider that says of every refund what the test wants, or what is kept for its token."""

    def __init__(self, inner, answer):
        self.inner, self.answer, self.asked = inner, answer, 0
        self.by_token: dict[str, Returned] = {}

    def __getattr__(self, name):
        return getattr(self.inner, name)

    def refund(self, handle, *, token, amount_fen):
        self.asked += 1
        if token in self.by_token:
            return self.by_token[token]
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.fixture
def says(party):  # noqa: F811
    """Let the sandbox answer so to every refund from now on."""
    real = providers.get("sandbox")

    def become(answer) -> Sulky:
        made = Sulky(real, answer)
        providers.register(made)
        return made

    yield become
    providers.register(real)


def cancel(paid, at):  # noqa: F811
    refunds.cancel(
        order=paid, parts={paid.lines.get().pk: ["p0"]}, shown_fen=1000, actor="guest:a",
        reason="BUYER", at=at,
    )  # fmt: skip
    outbox.drain(at=at)
    return Refund.objects.get()


def said(attempt, **more: Any) -> providers.Payment:  # noqa: F811
    return providers.Payment(
        provider_ref=attempt.provider_ref, token=attempt.token, outcome=Outcome.SUCCEEDED,
        amount_fen=2000, currency="CNY", is_live=False, captured_fen=2000, **more,
    )  # fmt: skip


def learn(attempt, at, **more: Any) -> None:  # noqa: F811
    """What a provider says of a payment reaches us, and goes round."""
    with transaction.atomic():
        merge(attempt_id=attempt.pk, payment=said(attempt, **more), at=at)
    outbox.drain(at=at)


def tell(attempt, at, *, refunded: int, event_id: str = "evt_2") -> None:  # noqa: F811
    """A notice of the provider that so much has been returned."""
    raw = notice(attempt, event_id=event_id, status="SUCCEEDED", refunded=refunded)
    payments.hear(provider="sandbox", raw=raw, headers=signed(raw, at), at=at)
    outbox.drain(at=at)


def sound(at) -> bool:
    """An hour later, when no rule looks away any more."""
    outbox.drain(at=at)
    found = invariants.check_all(at=at + timedelta(hours=1))
    assert found == []
    return True
