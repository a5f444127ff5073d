"""Five notices of one payment in all 120 orders end in the same rows, books and news (F41)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest

from bookings.contracts import Due, How, When
from bookings.ledger.models import Posting
from bookings.orders import operations as orders
from bookings.orders.models import Order, State
from bookings.payments import operations as payments
from bookings.payments import providers
from bookings.payments.models import Attempt, AttemptState, Purpose
from bookings.payments.operations.hear import keep
from bookings.payments.providers import Dispute, Notice, Outcome, Payment
from bookings.vouchers.models import Voucher
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


def told(attempt: Attempt) -> list[Notice]:
    """Opened, paid, a quarter returned in the provider's office, disputed, won."""
    opened = Payment(
        provider_ref=attempt.provider_ref, token=attempt.token, outcome=Outcome.PENDING,
        amount_fen=2000, currency="CNY", is_live=False,
    )  # fmt: skip
    paid = replace(opened, outcome=Outcome.SUCCEEDED, captured_fen=2000, transaction_ref="t")
    returned = replace(paid, refunded_fen=500)
    disputed = replace(returned, disputed_fen=700, dispute=Dispute.OPEN)
    won = replace(disputed, dispute=Dispute.WON)
    return [
        Notice(event_id=f"{attempt.token}:{number}", kind="news", payment=payment, body={})
        for number, payment in enumerate((opened, paid, returned, disputed, won))
    ]


def ending(attempt: Attempt) -> dict[str, Any]:
    """Everything that the notices have led to, without ids and times."""
    attempt.refresh_from_db()
    order = Order.objects.get(pk=attempt.order_id)
    postings = Posting.objects.filter(entry__subject=order.subject)
    sums: Counter[str] = Counter()
    for account, fen in postings.values_list("account", "amount_fen"):
        sums[account.partition(":")[0]] += fen
    return {
        "attempt": (
            attempt.state, attempt.captured_fen, attempt.refunded_fen, attempt.told_refunded_fen,
            attempt.disputed_fen, attempt.dispute, attempt.transaction_ref,
        ),
        "order": (order.state, order.received_fen, order.flag),
        "refunds": list(order.refunds.values_list("amount_fen", "reason", "state")),
        "vouchers": Voucher.objects.filter(line__order=order).count(),
        "books": {account: fen for account, fen in sums.items() if fen},
        "notices": attempt.events.count(),
    }  # fmt: skip


@pytest.mark.parametrize("each_at_once", [True, False])
def test_all_120_orders_of_five_notices_end_the_same(make, party, now, each_at_once):
    provider, endings = providers.get("sandbox"), []
    for way in permutations(range(5)):
        attempt = make()
        news = told(attempt)
        for number in way:
            keep(provider, news[number], now)
            if each_at_once:
                outbox.drain(at=now)
        outbox.drain(at=now)
        endings.append(ending(attempt))

    assert len(endings) == 120
    assert endings[0]["attempt"][:2] == (AttemptState.SUCCEEDED, 2000)
    assert [end for end in endings if end != endings[0]] == []


def test_every_notice_again_in_any_order_changes_nothing_more(make, party, now):
    provider, attempt = providers.get("sandbox"), make()
    news = told(attempt)
    for notice in news:
        keep(provider, notice, now)
    outbox.drain(at=now)
    before = ending(attempt)

    for way in list(permutations(news))[::7]:
        for notice in way:
            keep(provider, notice, now)
    outbox.drain(at=now)

    assert ending(attempt) == before


@pytest.mark.parametrize("way", list(permutations(range(3))))
def test_what_was_set_aside_and_is_over_stays_over_in_any_order(make, party, now, way):
    attempt = make()
    Attempt.objects.update(purpose=Purpose.DEPOSIT, how=How.AUTHORISE, amount_fen=500)
    opened = Payment(
        provider_ref=attempt.provider_ref, token=attempt.token, outcome=Outcome.PENDING,
        amount_fen=500, currency="CNY", is_live=False,
    )  # fmt: skip
    outcomes = (Outcome.PENDING, Outcome.AUTHORISED, Outcome.FAILED)
    for number in way:
        news = Notice(f"evt_{number}", "news", replace(opened, outcome=outcomes[number]), {})
        keep(providers.get("sandbox"), news, now)

    attempt.refresh_from_db()
    assert (attempt.state, attempt.authorised_fen) == (AttemptState.RELEASED, 500)


def test_old_news_of_a_sum_set_aside_does_not_bring_a_lapsed_order_back(
    party, shop, sellers, bucket, now
):
    sellers["secured"].starts_at = now + timedelta(days=30)
    sellers["secured"].dues = lambda total: (
        Due(500, how=How.AUTHORISE),
        Due(None, when=When.AFTER_USE),
    )
    order = orders.place(shop.wish(ask(bucket, kind="secured"), total_fen=1000), at=now)
    attempt = payments.pay_by(
        order=order, provider="sandbox", at=now, buyer=payments.Buyer("http://x/")
    )
    party.press(attempt, "never")
    set_aside = Notice("evt_late", "news", providers.get("sandbox").fetch(attempt.handle), {})
    late = now + orders.HOLD_FOR
    orders.lapse_due(at=late)
    outbox.drain(at=late)

    keep(providers.get("sandbox"), set_aside, late)
    outbox.drain(at=late)

    order.refresh_from_db()
    attempt.refresh_from_db()
    assert (order.state, order.secured_fen) == (State.LAPSED, 0)
    assert attempt.state == AttemptState.RELEASED


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
