"""Sums at their edges: exact to the fen on their whole way, in a currency that has fen (F20)."""

from __future__ import annotations

import ast
import time
from collections.abc import Iterator
from itertools import product

import pytest
from django.db.models import Sum

from bookings.ledger.models import Posting
from bookings.payments.models import Attempt
from bookings.refunds.models import Refund, RefundState
from config.demo.steps import MEMORY_S
from kernel.places.models import Region
from kernel.web.fields import MOST_FEN
from tests.architecture.test_money_paths import BASE, NOT_MONEY, floats, sources
from tests.faults import figures
from tests.faults.payments.prices import priced
from tests.faults.payments.services import NAMES, Bought, Service, fill, seconds_until
from tests.faults.world import World

EDGES = (0, 1, MOST_FEN)
"""Fen of one ticket: free, the least there is, and the most that a price list takes."""


def everywhere(service: Service, bought: Bought) -> list[int]:
    """What an order has cost, wherever that is written."""
    order = bought.order
    supplier = Posting.objects.filter(entry__subject=order.subject, account__startswith="supplier:")
    sums = [
        order.total_fen,
        order.received_fen,
        -int(supplier.aggregate(fen=Sum("amount_fen"))["fen"] or 0),
    ]
    if order.total_fen:
        sums += [bought.attempt.captured_fen, service.captured_fen(bought)]
    return sums


def returned_everywhere(service: Service, bought: Bought) -> list[int]:
    """The same for what has gone back."""
    done = Refund.objects.filter(order=bought.order, state=RefundState.DONE)
    sums = [int(done.aggregate(fen=Sum("amount_fen"))["fen"] or 0)]
    if bought.order.total_fen:
        sums += [bought.attempt.refunded_fen, service.returned_fen(bought)]
    return sums


@pytest.mark.core
def test_the_least_and_the_most_are_exact_to_the_fen(mall, report):
    cases = list(product(EDGES, (1, 3)))
    bought: list[tuple[Service, int, Bought]] = []
    with priced(mall, dict.fromkeys(EDGES)) as things:
        for number, (fen, people) in enumerate(cases):
            service = Service(mall, NAMES[number % len(NAMES)])
            each = service.order([things[fen]], people=people)
            if fen:
                assert service.start(each).status == 302
                service.press(each)
            bought.append((service, fen * people, each))
        recovery_s = seconds_until(lambda: all(each.is_paid for _s, _fen, each in bought))
        paid = [set(everywhere(service, each)) == {fen} for service, fen, each in bought]
        for _service, fen, each in bought:
            parts, shown = each.quote()
            assert (each.cancel(parts, shown).status, shown) == (302, fen)
        assert figures.settle() == []
    back = [set(returned_everywhere(service, each)) == {fen} for service, fen, each in bought]

    read = {str(path.relative_to(BASE)): floats(ast.parse(path.read_text())) for path in sources()}
    in_money = {path for path, lines in read.items() if lines} - set(NOT_MONEY)
    row = report("F20", "tickets of 0 fen, 1 fen and ten million yuan, for one and three; all back")
    answers = [answer for _service, _fen, each in bought for answer in each.answers]
    fill(row, mall, answers, kept=[*paid, *back])
    row.recovery_s = recovery_s
    row.note = f"{len(read)} files read: a float near money in {len(in_money)}"
    row.assert_whole()
    assert in_money == set()


@pytest.fixture
def currency(mall: World) -> Iterator[None]:
    """The region's own, again, after the test."""
    yield
    Region.objects.filter(pk=mall.region.pk).update(currency=mall.region.currency)
    time.sleep(MEMORY_S)


@pytest.mark.core
@pytest.mark.parametrize("other", ["JPY", "KWD"])
def test_nothing_is_charged_in_a_currency_without_hundredths(mall, currency, report, other):
    """Such a region is not loaded; where somebody has turned its currency, no service is asked for money."""
    Region.objects.filter(pk=mall.region.pk).update(currency=other)
    time.sleep(MEMORY_S)
    made = {name: Service(mall, name) for name in NAMES}
    before = {name: service.payments_begun() for name, service in made.items()}

    bought = made["stripe"].order(mall.things(1, in_days=1))
    answers = [bought.client.start_paying(bought.token, name) for name in (*NAMES, "sandbox")]

    row = report("F20", f"an order in {other}, to be paid at four services")
    fill(row, mall, answers, kept=[bought.order.currency == other])
    row.duplicated = Attempt.objects.filter(order=bought.order).count()
    row.assert_whole()
    assert row.acked == 0
    assert all(400 <= answer.status < 500 for answer in answers), answers
    assert {name: service.payments_begun() for name, service in made.items()} == before
