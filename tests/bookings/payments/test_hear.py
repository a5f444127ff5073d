"""Notices: only what the provider signed, about our payment, counts; and once."""

from __future__ import annotations

import re
from datetime import timedelta
from itertools import permutations

import pytest

from bookings.orders.models import State
from bookings.payments import operations as payments
from bookings.payments import providers
from bookings.payments.models import Attempt, AttemptState, EventState, ProviderEvent
from bookings.payments.operations.hear import keep
from bookings.payments.providers import BadSignature, Notice, Outcome
from bookings.refunds.models import Reason, Refund, RefundState
from kernel import metrics
from kernel.audit.models import Entry
from kernel.outbox import operations as outbox
from kernel.outbox.models import Event
from tests.bookings.payments.conftest import notice, signed

pytestmark = pytest.mark.django_db


def hear(raw: bytes, headers: dict[str, str], at) -> None:
    payments.hear(provider="sandbox", raw=raw, headers=headers, at=at)


def refused(why: str) -> float:
    labels = f'{{provider="sandbox",why="{why}"}}'
    found = re.search(
        rf"^quanyu_notices_refused_total{re.escape(labels)} (.+)$", metrics.render(), re.MULTILINE
    )
    return float(found[1]) if found else 0.0


def received() -> int:
    return Event.objects.filter(name="bookings.payments.received").count()


def test_a_genuine_notice_pays_the_order(attempt, order, now):
    raw = notice(attempt)

    hear(raw, signed(raw, now), now)
    outbox.drain(at=now)

    attempt.refresh_from_db()
    order.refresh_from_db()
    assert (attempt.state, attempt.captured_fen) == (AttemptState.SUCCEEDED, 2000)
    assert order.state is State.CONFIRMED


def test_a_notice_that_comes_a_hundred_times_counts_once(attempt, now):
    raw = notice(attempt)

    for _time in range(100):
        hear(raw, signed(raw, now), now)

    assert received() == 1
    assert ProviderEvent.objects.count() == 1


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Sandbox-Signature": ""},
        {"Sandbox-Signature": "t=abc,v1=00"},
        {"Sandbox-Signature": "t=1,v1="},
        {"Sandbox-Signature": "v1=é"},
    ],
)
def test_an_unsigned_notice_writes_nothing(attempt, now, headers):
    with pytest.raises(BadSignature):
        hear(notice(attempt), headers, now)

    assert ProviderEvent.objects.count() == 0
    assert received() == 0


def test_forged_altered_and_old_notices_write_nothing(attempt, now):
    raw = notice(attempt)
    forged = signed(raw, now, secret="another secret of the same length as it")
    old = signed(raw, now - timedelta(seconds=301))

    for headers, body in ((forged, raw), (old, raw), (signed(raw, now), raw + b" ")):
        with pytest.raises(BadSignature):
            hear(body, headers, now)

    assert ProviderEvent.objects.count() == 0
    assert Attempt.objects.get().state == AttemptState.PENDING


@pytest.mark.parametrize(
    "changes", [{"amount": 1}, {"currency": "USD"}, {"live": True}, {"id": "pay_x"}]
)
def test_a_notice_about_another_sum_or_world_writes_nothing(attempt, now, changes):
    raw = notice(attempt, **changes)

    with pytest.raises(payments.Unfit):
        hear(raw, signed(raw, now), now)

    assert ProviderEvent.objects.count() == 0
    assert Attempt.objects.get().state == AttemptState.PENDING
    assert received() == 0


def test_a_notice_about_a_payment_that_we_do_not_know_waits_for_a_person(attempt, now):
    raw = notice(attempt, token="x")
    hear(raw, signed(raw, now), now)
    event = ProviderEvent.objects.get()
    assert event.state == EventState.REJECTED

    assert payments.pass_over(event_id=event.pk, actor="user:1", at=now)
    assert not payments.pass_over(event_id=event.pk, actor="user:1", at=now)

    assert ProviderEvent.objects.get().state == EventState.IGNORED
    assert list(Entry.objects.values_list("action", "actor")) == [("payment.pass_over", "user:1")]


def test_refused_notices_are_counted_for_the_alarm(attempt, now):
    before = refused("notice_unfit")
    raw = notice(attempt, amount=1)

    for _time in range(2):  # the provider sends it again
        with pytest.raises(payments.Unfit):
            hear(raw, signed(raw, now), now)

    assert refused("notice_unfit") == before + 2


STORY = (("evt_1", "PENDING"), ("evt_2", "SUCCEEDED"), ("evt_2", "SUCCEEDED"), ("evt_3", "FAILED"))


@pytest.mark.parametrize("order_of_arrival", sorted(set(permutations(STORY))))
def test_whatever_the_order_of_arrival_a_success_stays_a_success(attempt, now, order_of_arrival):
    for event_id, status in order_of_arrival:
        raw = notice(attempt, event_id=event_id, status=status)
        hear(raw, signed(raw, now), now)

    attempt.refresh_from_db()
    assert (attempt.state, attempt.captured_fen) == (AttemptState.SUCCEEDED, 2000)
    assert received() == 1


def test_why_a_refund_was_refused_is_told_with_it(paid, attempt, now):
    refund = Refund.objects.create(
        order=paid, attempt=attempt, key="k", token="r", amount_fen=1000, reason=Reason.BUYER,
        state=RefundState.SENT, actor="guest:a", created_at=now,
    )  # fmt: skip
    told = Notice(
        "evt_9", "refund.failed", None, {}, refund_token="r", refund_outcome=Outcome.FAILED,
        refund_why="lost_or_stolen_card",
    )  # fmt: skip

    keep(providers.get("sandbox"), told, now)
    outbox.drain(at=now)

    refund.refresh_from_db()
    assert (refund.state, refund.why) == (RefundState.FAILED, "lost_or_stolen_card")
