"""A rest whose payment service is silent at its last moment: the answer is waited for, but not for ever."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bookings.dues.models import LaterDue
from bookings.dues.models import State as DueState
from bookings.orders.models import Order, State
from bookings.payments import providers
from bookings.payments.models import Attempt
from bookings.refunds import operations as refunds
from tests.bookings.dues.test_dues import late, place  # noqa: F401
from tests.bookings.payments.conftest import party  # noqa: F401

pytestmark = pytest.mark.django_db


class Silent:
    def __init__(self, inner):
        self.inner = inner

    def __getattr__(self, name):
        return getattr(self.inner, name)

    def fetch(self, handle):
        raise providers.ProviderDown


@pytest.fixture(params=["silent", "switched off"])
def begun(request, party, late):  # noqa: F811
    """Somebody has gone to pay the rest, and the payment service does not say how that ended."""
    order, due_at = late
    name = "sandbox" if request.param == "silent" else "gone"
    providers.register(Silent(providers.get("sandbox")))
    Attempt.objects.create(
        order=order, provider=name, token="rest", provider_ref="x", amount_fen=800, currency="CNY",
        created_at=due_at - timedelta(minutes=1), closes_at=due_at, state="PENDING",
        purpose="REST", purpose_id=LaterDue.objects.get().pk,
    )  # fmt: skip
    return order, due_at


def stands(order: Order) -> tuple[str, str]:
    return order.lines.get().state, LaterDue.objects.get().state


def test_nothing_is_cancelled_before_it_answers(begun):
    order, due_at = begun

    refunds.end_overdue(at=due_at + timedelta(minutes=30))

    assert stands(order) == (State.CONFIRMED, DueState.OPEN)


def test_after_a_day_of_silence_the_terms_end_it(begun):
    order, due_at = begun

    refunds.end_overdue(at=due_at + timedelta(days=1))

    assert stands(order) == (State.CANCELLED, DueState.WAIVED)


def test_once_it_says_that_nobody_has_paid_they_end_it_at_once(begun, party):  # noqa: F811
    order, due_at = begun
    Attempt.objects.filter(purpose="REST").update(state="FAILED")

    refunds.end_overdue(at=due_at + timedelta(minutes=30))

    assert stands(order) == (State.CANCELLED, DueState.WAIVED)
