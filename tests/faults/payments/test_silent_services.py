"""Payment services that do a thing and do not say so, or say nothing at all (F44, F45)."""

from __future__ import annotations

import time

import pytest

from bookings.inventory.models import Bucket
from bookings.orders.models import State
from tests.faults import figures
from tests.faults.payments.services import NAMES, Service, fill, seconds_until


@pytest.mark.core
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("fault", ["drop_reply", "error_after_success"])
def test_a_service_that_does_it_and_does_not_say_so(mall, report, name, fault):
    service = Service(mall, name)
    bought = service.order(mall.things(2, in_days=1))
    paid_before = service.payments()
    service.desk.control(**{fault: 1 if name != "alipay" else 0})
    first = service.start(bought)
    if first.status != 302 or not bought.page:
        assert figures.wait_for(lambda: service.start(bought).status == 302, within_s=60)
    service.press(bought)
    charged_s = seconds_until(lambda: bought.is_paid)

    parts, shown = bought.quote()
    service.desk.control(**{fault: 1})
    bought.cancel(parts, shown)
    returned_s = seconds_until(lambda: bought.is_refunded)

    row = report("F44", f"{name}: {fault.replace('_', ' ')} of a payment, then of its refund")
    fill(
        row,
        mall,
        bought.answers,
        kept=[bought.attempt.captured_fen == bought.order.total_fen, bought.is_refunded],
    )
    row.recovery_s = max(charged_s, returned_s)
    row.duplicated = (service.payments() - paid_before - 1) + (service.refunds(bought) - 1)
    row.assert_whole()
    assert figures.settle() == []


@pytest.mark.core
def test_a_service_that_is_silent_for_half_an_hour(mall, stripe, report):
    """Half an hour by its effects: the hold of a quarter of an hour ends while it is silent."""
    [thing] = mall.things(1, in_days=2)
    early, late = stripe.order([thing]), stripe.order([thing])
    assert stripe.start(early).status == 302
    taken = Bucket.objects.get(pk=thing.bucket_ids[0]).taken
    stripe.desk.control(delay=60_000)

    waits = [stripe.start(late).ms / 1000 for _try in range(6)]
    held = late.order.lines.get().state
    for bought in (early, late):
        bought.lapse()
    free = Bucket.objects.get(pk=thing.bucket_ids[0]).taken
    stripe.well()
    back = time.monotonic()
    stripe.press(early)  # its page was open all the time
    recovery_s = seconds_until(lambda: early.is_paid)
    fresh = stripe.order([thing])
    assert figures.wait_for(lambda: stripe.start(fresh).status == 302, within_s=90, every_s=1)
    opened_s = time.monotonic() - back

    row = report(
        "F45", "Stripe silent past the end of the hold", note=f"open again {opened_s:.0f} s"
    )
    answers = [*early.answers, *late.answers, *fresh.answers]
    kept = [early.is_paid, fresh.order.lines.get().state == State.HELD]
    fill(row, mall, answers, kept=kept)
    row.unavailable_s, row.recovery_s = max(waits), recovery_s
    row.assert_whole()
    assert held == State.HELD, "the cart is kept while the service is silent"
    assert free == taken - 2, "the places go back when the time is over"
    assert max(waits) < 5.5
    assert sum(wait > 1 for wait in waits) <= 2, "each process waits once, then nobody does"
    assert figures.settle() == []
