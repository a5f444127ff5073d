"""Disputes by their numbers: one that follows another, and one that is decided anew, in any order (F41)."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import permutations

import pytest

from bookings.ledger.models import Posting
from bookings.orders import operations as orders
from bookings.orders.models import Order
from bookings.payments import providers
from bookings.payments.models import Attempt, AttemptState
from bookings.payments.operations.hear import keep
from bookings.payments.providers import Dispute, Notice, Outcome, Payment
from kernel import codes, invariants
from kernel.outbox import operations as outbox
from tests.bookings.conftest import ask

pytestmark = pytest.mark.django_db


@pytest.fixture
def make(shop, sellers, now) -> Callable[[], Attempt]:
    """Each time another order with an open payment."""
    sellers["plain"].starts_at = now.replace(year=now.year + 1)
    bucket = shop.bucket(1000)

    def another() -> Attempt:
        order = orders.place(shop.wish(ask(bucket, 2), total_fen=2000), at=now)
        return Attempt.objects.create(
            order=order, provider="sandbox", token=codes.new_token(), provider_ref=order.token,
            amount_fen=2000, currency="CNY", state=AttemptState.PENDING, created_at=now,
        )  # fmt: skip

    return another


def sums_of(attempt: Attempt) -> dict[str, int]:
    order = attempt.order
    accounts = ("provider:sandbox", "dispute:sandbox", f"lost:{order.region_id}")
    found = Posting.objects.filter(entry__subject=order.subject, account__in=accounts)
    sums = dict.fromkeys(accounts, 0)
    for account, fen in found.values_list("account", "amount_fen"):
        sums[account] += fen
    return dict(zip(("provider", "dispute", "lost"), sums.values(), strict=True))


def disputed(attempt: Attempt, *cases: tuple[str, int, Dispute]) -> list[Notice]:
    """Paid, then what the bank says of disputes by their numbers."""
    paid = Payment(
        provider_ref=attempt.provider_ref, token=attempt.token, outcome=Outcome.SUCCEEDED,
        amount_fen=2000, currency="CNY", is_live=False, captured_fen=2000,
    )  # fmt: skip
    told = [paid] + [
        replace(paid, dispute_ref=ref, disputed_fen=fen, dispute=state) for ref, fen, state in cases
    ]
    return [
        Notice(event_id=f"{attempt.token}:{number}", kind="news", payment=payment, body={})
        for number, payment in enumerate(told)
    ]


def test_a_second_dispute_after_one_that_was_won_is_booked_in_any_order(make, party, now):
    endings = []
    for way in permutations(range(4)):
        attempt = make()
        news = disputed(
            attempt,
            ("dp_1", 700, Dispute.WON),
            ("dp_2", 500, Dispute.OPEN),
            ("dp_2", 500, Dispute.LOST),
        )
        for number in way:
            keep(providers.get("sandbox"), news[number], now)
        outbox.drain(at=now)
        attempt.refresh_from_db()
        flag = Order.objects.get(pk=attempt.order_id).flag
        endings.append((attempt.dispute, attempt.disputed_fen, flag, sums_of(attempt)))

    assert len(endings) == 24
    assert endings[0] == (
        "LOST",
        500,
        "DISPUTED",
        {"provider": 1500, "dispute": 0, "lost": 500},
    )
    assert [end for end in endings if end != endings[0]] == []


def test_a_dispute_that_is_opened_again_after_a_won_one_holds_its_money(make, party, now):
    attempt = make()
    first, second = ("dp_1", 700, Dispute.WON), ("dp_2", 700, Dispute.OPEN)
    for news in disputed(attempt, ("dp_1", 700, Dispute.OPEN), first, second):
        keep(providers.get("sandbox"), news, now)
        outbox.drain(at=now)

    attempt.refresh_from_db()
    assert (attempt.dispute, attempt.disputed_fen) == ("OPEN", 700)
    assert Order.objects.get(pk=attempt.order_id).flag == "DISPUTED"
    assert sums_of(attempt) == {"provider": 1300, "dispute": 700, "lost": 0}
    assert invariants.check_all(at=now + timedelta(hours=1)) == []


def test_a_dispute_won_at_first_and_lost_in_the_end_is_lost_once(make, party, now):
    attempt = make()
    states = (Dispute.OPEN, Dispute.WON, Dispute.OPEN, Dispute.LOST)
    for news in disputed(attempt, *(("", 700, state) for state in states)):
        keep(providers.get("sandbox"), news, now)
    outbox.drain(at=now)

    assert sums_of(attempt) == {"provider": 1300, "dispute": 0, "lost": 700}
