"""Money that goes back: to a buyer by three at once, to a bank, a part of it at each service (F49, F50)."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Iterator
from functools import partial

import pytest

from bookings.ledger.models import Posting
from bookings.orders.models import Flag
from bookings.refunds import operations as refunds
from bookings.refunds.models import Refund
from bookings.vouchers.models import Redemption
from config.demo.gate import Gate
from config.demo.steps import MEMORY_S
from kernel import clock
from tests.faults import figures
from tests.faults.journey import Journey
from tests.faults.payments.services import Bought, fill, seconds_until, services, together
from tests.faults.shelf import Thing
from tourism.tickets.models import Product


@pytest.mark.core
def test_one_part_returned_by_its_buyer_and_two_operators_at_once(mall, stripe, operators, report):
    bought = stripe.buy(mall.things(2, in_days=1))
    seconds_until(lambda: bought.is_paid)
    parts, shown = bought.quote()
    ways = [partial(bought.client.cancel, bought.token)]
    ways += [partial(each.cancel, bought) for each in operators]

    answers = together(20 * len(ways), lambda n: ways[n % len(ways)](parts, shown))

    row = report("F49", "one part returned 20 times each by its buyer and two operators, at once")
    row.recovery_s = seconds_until(lambda: bought.is_refunded)
    made = Refund.objects.filter(order__token=bought.token)
    fill(row, mall, answers, kept=[bought.is_refunded])
    row.acked = sum(answer.status == 302 for answer in answers)  # 200 is the form again, with why
    row.duplicated = made.count() - 1 + stripe.refunds(bought) - 1
    row.assert_whole()
    assert row.acked == 1
    assert {answer.status for answer in answers} <= {200, 302, 409, 503}
    assert all(
        any(answer.status != 503 for answer in answers[n :: len(ways)]) for n in range(len(ways))
    )
    assert [refund.amount_fen for refund in made] == [shown]
    attempt = bought.attempt
    assert attempt.refunded_fen == shown <= attempt.captured_fen
    assert figures.settle() == []


@pytest.fixture
def let_in_all_day() -> Iterator[None]:
    """Whatever time it is on the stage, today's ticket can be used."""
    usual = dict(Product.objects.values_list("pk", "early_min"))
    Product.objects.update(early_min=24 * 60)
    time.sleep(MEMORY_S)
    yield
    for pk, minutes in usual.items():
        Product.objects.filter(pk=pk).update(early_min=minutes)


@pytest.mark.core
@pytest.mark.parametrize("decision", ["won", "lost"])
def test_what_a_bank_takes_back_after_use(mall, stripe, gate, let_in_all_day, report, decision):
    used, kept = mall.things(1)[0], mall.things(1, in_days=1)[0]
    bought = stripe.buy([used, kept])
    seconds_until(lambda: bought.is_paid)
    enter(bought, used, gate)
    line = bought.order.lines.get(ref=kept.ref)
    parts = [f"{line.pk}:{part.key}" for part in line.open_parts]
    shown = refunds.quote(
        order=bought.order, parts={line.pk: [part.key for part in line.open_parts]}, at=clock.now()
    ).refund_fen
    fen, token = bought.attempt.captured_fen, bought.attempt.token

    stripe.desk.control(dispute=[token, "needs_response"])
    told_s = seconds_until(lambda: bought.order.flag == Flag.DISPUTED)
    held = moved(bought)
    refused = bought.cancel(parts, shown)
    nothing_back = not Refund.objects.filter(order=bought.order).exists()
    stripe.desk.control(dispute=[token, decision])
    seconds_until(lambda: bought.attempt.dispute == decision.upper())
    assert figures.settle() == []

    row = report("F50", f"a dispute after the ticket was used, {decision} in the end")
    was_used = Redemption.objects.filter(voucher__carrier__order=bought.order).count()
    ended = moved(bought)
    lost = f"lost:{bought.order.region_id}"
    fill(row, mall, bought.answers, kept=[was_used == 1, bought.attempt.disputed_fen == fen])
    row.recovery_s, row.duplicated = told_s, was_used - 1
    row.assert_whole()
    assert held == {"provider:stripe": -fen, "dispute:stripe": fen}
    assert ended == ({} if decision == "won" else {"provider:stripe": -fen, lost: fen})
    assert (refused.status, nothing_back) == (409, True), refused.text[:300]
    assert bought.order.flag == ("" if decision == "won" else Flag.DISPUTED)


def enter(bought: Bought, thing: Thing, gate: Gate) -> None:
    """Its holder goes in with it."""
    journey = Journey(bought.client, [thing], gate)
    journey.token = bought.token
    journey.enter()


def moved(bought: Bought) -> dict[str, int]:
    """What the dispute of a payment has moved in the books, by account."""
    sums: Counter[str] = Counter()
    rows = Posting.objects.filter(entry__key__startswith=f"dispute:{bought.attempt.pk}:")
    for account, fen in rows.values_list("account", "amount_fen"):
        sums[account] += fen
    return {account: fen for account, fen in sums.items() if fen}


@pytest.mark.core
def test_all_services_agree_with_the_books(mall):
    """Bought and returned in part at each of the three, whatever was bought there before."""
    found = services(mall)
    held_before = {name: each.held_fen() for name, each in found.items()}
    bought = {name: each.buy(mall.things(2, in_days=1)) for name, each in found.items()}
    seconds_until(lambda: all(each.is_paid for each in bought.values()))
    back = {name: each.quote() for name, each in bought.items()}
    for name, each in bought.items():
        assert each.cancel(*back[name]).status == 302
    seconds_until(lambda: all(each.is_refunded for each in bought.values()))
    assert figures.settle() == []

    held = {name: each.held_fen() for name, each in found.items()}
    assert held == {name: each.booked_fen() for name, each in found.items()}
    assert {name: fen - held_before[name] for name, fen in held.items()} == {
        name: each.order.total_fen - back[name][1] for name, each in bought.items()
    }
    assert all(0 < back[name][1] < each.order.total_fen for name, each in bought.items())
