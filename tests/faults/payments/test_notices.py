"""One notice a hundred times, and old ones again (F40, F43)."""

from __future__ import annotations

import os

import pytest

from bench.load import quantile
from bookings.ledger.models import Posting
from bookings.payments.models import Attempt, ProviderEvent
from tests.faults import figures
from tests.faults.payments.services import fill, seconds_until, together


@pytest.mark.core
def test_a_hundred_copies_of_one_notice_at_once_are_one(mall, stripe, report):
    with stripe.by_hand():
        bought = stripe.buy(mall.things(1, in_days=1))
        [raw] = stripe.events_of(bought)
        before_s = mall.cpu_s("web")
        answers = together(100, lambda _n: stripe.send_event(raw))
        web_ms = (mall.cpu_s("web") - before_s) * 1000 / len(answers)
        recovery_s = seconds_until(lambda: bought.is_paid)

    row = report("F40", "one notice a hundred times at once")
    fill(row, mall, answers, kept=[bought.is_paid])
    row.recovery_s = recovery_s
    row.p99_during = quantile(sorted(answer.ms for answer in answers), 0.99)
    row.duplicated = ProviderEvent.objects.filter(attempt=bought.attempt).count() - 1
    row.note = f"{web_ms:.1f} ms of the web's CPU a notice, load {os.getloadavg()[0]:.1f}"
    row.assert_whole()
    assert {answer.status for answer in answers} == {200}
    assert figures.settle() == []


@pytest.mark.core
def test_an_old_notice_is_refused_and_one_that_is_told_again_changes_nothing(mall, stripe, report):
    with stripe.by_hand():
        bought = stripe.buy(mall.things(1, in_days=1))
        [raw] = stripe.events_of(bought)
        events = ProviderEvent.objects.filter(attempt=bought.attempt)
        old = stripe.send_event(raw, age_s=3 * 86_400)
        assert (old.status, events.count()) == (400, 0)
        first = stripe.send_event(raw)
        seconds_until(lambda: bought.is_paid)
        assert figures.settle() == []
        before = Attempt.objects.values().get(pk=bought.attempt.pk), Posting.objects.count()

        again = [stripe.send_event(raw, age_s=age) for age in (0, 3 * 86_400, 0)]
        assert figures.settle() == []

    row = report("F43", "a notice of three days ago; the same one signed again")
    fill(row, mall, [old, first, *again], kept=[bought.is_paid])
    row.duplicated = events.count() - 1
    row.assert_whole()
    assert [answer.status for answer in (first, *again)] == [200, 200, 400, 200]
    assert (Attempt.objects.values().get(pk=bought.attempt.pk), Posting.objects.count()) == before
