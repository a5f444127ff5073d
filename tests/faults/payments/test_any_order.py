"""Five notices of one payment, brought to the running site in every order, end the same (F41)."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from itertools import permutations
from typing import Any

import pytest

from bookings.ledger.models import Posting
from bookings.vouchers.models import Voucher
from tests.faults import figures
from tests.faults.client import Answer
from tests.faults.conftest import repeats
from tests.faults.payments.services import Bought, Stripe, fill, seconds_until
from tests.faults.shelf import Thing

KINDS = [
    "checkout.session.completed", "payment_intent.created", "charge.refunded",
    "charge.dispute.created", "charge.dispute.closed",
]  # fmt: skip


def begin(stripe: Stripe, bought: Bought, *, is_answered: bool) -> bool:
    """Whether Stripe has heard of it now, which the site has asked for: not while it leaves Stripe alone."""
    if not is_answered:
        stripe.desk.control(drop_reply=1)
    return (stripe.start(bought).status == 302) is is_answered and stripe.is_begun(bought)


def buy(stripe: Stripe, things: Sequence[Thing], *, is_answered: bool) -> Bought:
    """Paid, a quarter returned in Stripe's own office, disputed and won; the site has heard nothing.

    Where it is not answered, not even what it has asked for itself: it learns from a notice which
    payment at Stripe is its own.
    """
    bought = stripe.order(things)
    assert figures.wait_for(lambda: begin(stripe, bought, is_answered=is_answered))
    bought.page = f"{stripe.site.site.fakes}/stripe/pay/{stripe.number(bought)}"
    token = bought.attempt.token
    stripe.press(bought, "shuffled")
    stripe.desk.control(refund=[token, bought.order.total_fen // 4])
    for status in ("needs_response", "won"):
        stripe.desk.control(dispute=[token, status])
    return bought


def ending(bought: Bought) -> dict[str, Any]:
    """Everything that the notices have led to, without ids and times."""
    attempt, order = bought.attempt, bought.order
    sums: Counter[str] = Counter()
    postings = Posting.objects.filter(entry__subject=order.subject)
    for account, fen in postings.values_list("account", "amount_fen"):
        sums[account.partition(":")[0]] += fen
    return {
        "attempt": (
            attempt.state, attempt.captured_fen, attempt.refunded_fen, attempt.told_refunded_fen,
            attempt.disputed_fen, attempt.dispute,
        ),
        "order": (order.state, order.received_fen, order.flag),
        "refunds": list(order.refunds.values_list("amount_fen", "reason", "state")),
        "vouchers": Voucher.objects.filter(line__order=order).count(),
        "books": {account: fen for account, fen in sums.items() if fen},
        "notices": attempt.events.count(),
    }  # fmt: skip


def must_be(bought: Bought) -> dict[str, Any]:
    """Delivered; a quarter gone without us, so that somebody looks; nothing left of the dispute."""
    fen = bought.order.total_fen
    back = fen // 4
    return {
        "attempt": ("SUCCEEDED", fen, back, back, fen, "WON"),
        "order": ("CONFIRMED", fen, "RETURNED"),
        "refunds": [(back, "OUTSIDE", "DONE")],
        "vouchers": 1,
        "books": {"provider": fen - back, "outside": back, "supplier": -fen},
        "notices": 5,
    }


@pytest.mark.core
def test_five_notices_in_any_order_end_the_same(mall, stripe, report):
    ways = list(permutations(range(5)))[:: repeats(10, 1)]
    things = mall.things(1, in_days=1)
    everything: list[tuple[Bought, list[Answer]]] = []
    with stripe.by_hand():
        for number, way in enumerate(ways):
            bought = buy(stripe, things, is_answered=number % 2 == 0)
            events = stripe.events_of(bought)
            assert sorted(stripe.kind(raw) for raw in events) == sorted(KINDS)
            everything.append((bought, [stripe.send_event(events[place]) for place in way]))
        recovery_s = seconds_until(lambda: all(bought.is_paid for bought, _told in everything))
        assert figures.settle() == []

    endings = [(ending(bought), must_be(bought)) for bought, _told in everything]
    row = report("F41", "five notices of a payment in different orders, every other time unasked")
    answers = [answer for _bought, told in everything for answer in told]
    fill(row, mall, answers, kept=[end == wanted for end, wanted in endings])
    row.recovery_s = recovery_s
    row.duplicated = sum(max(0, end["notices"] - len(KINDS)) for end, _wanted in endings)
    row.note = f"{len(ways)} of 120 orders"
    assert [end for end, _wanted in endings] == [wanted for _end, wanted in endings]
    row.assert_whole()
    assert {answer.status for answer in answers} == {200}
