"""A price for several, friends' shares, a sum that comes back: parts add up to the whole (F53)."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction

import pytest

from bookings.orders.models import Line
from bookings.payments.models import Attempt
from bookings.refunds.models import CancelledPart, Refund, RefundState
from bookings.shares.models import Share
from kernel.money import split
from tests.faults import figures
from tests.faults.conftest import repeats
from tests.faults.payments.operators import Operator
from tests.faults.payments.prices import priced
from tests.faults.payments.services import Bought, Service, fill, seconds_until
from tests.faults.shelf import Thing
from tests.faults.world import World

PEOPLE = 3
PAID_BY = (("stripe", slice(0, 1)), ("alipay", slice(1, PEOPLE)))
"""Two friends: at which service each pays, and for which parts."""


def largest_remainder(fen: int, weights: Sequence[int]) -> list[int]:
    """Written from the definition: the whole fen of each share, then one more for the largest rests."""
    shares = [Fraction(fen * weight, sum(weights)) for weight in weights]
    parts = [int(share) for share in shares]
    by_rest = sorted(range(len(weights)), key=lambda place: (parts[place] - shares[place], place))
    for place in by_rest[: fen - sum(parts)]:
        parts[place] += 1
    return parts


def wrong_splits(count: int) -> int:
    """Of so many random sums divided in random proportions, how many are not by largest remainder."""
    wrong = 0
    for _n in range(count):
        fen = random.choice([random.randrange(most) for most in (10, 10**6, 10**13)])
        weights = [
            random.choice([0, 1, random.randrange(10**6)]) for _p in range(random.randrange(12))
        ]
        weights.append(random.randrange(1, 10**6))
        parts = split(fen, weights)
        wrong += sum(parts) != fen or parts != largest_remainder(fen, weights)
    return wrong


@dataclass
class Divided:
    """An order of three people that two friends have paid, of which a random sum has come back."""

    bought: Bought
    whole_fen: int
    back_fen: int

    @property
    def line(self) -> Line:
        return self.bought.order.lines.get()

    @property
    def prices(self) -> list[int]:
        return [part.price_fen for part in self.line.frozen_parts]

    def shares(self) -> list[Share]:
        return list(self.bought.order.division.shares.order_by("position"))

    def came_back(self) -> list[int]:
        """Of each part."""
        rows = CancelledPart.objects.filter(line=self.line)
        found = dict(rows.values_list("part_key", "refund_fen"))
        return [found[part.key] for part in self.line.frozen_parts]

    def are_exact(self) -> list[bool]:
        """Each of its divisions: prices, shares, payments, what came back by part and by payment."""
        prices, back = self.prices, self.came_back()
        payments = Attempt.objects.filter(order=self.bought.order).order_by("purpose_id")
        done = Refund.objects.filter(order=self.bought.order, state=RefundState.DONE)
        return [
            prices == largest_remainder(self.whole_fen, [1] * PEOPLE),
            [share.amount_fen for share in self.shares()] == self._by_friend(prices),
            [each.captured_fen for each in payments] == self._by_friend(prices),
            back == largest_remainder(self.back_fen, prices),
            [each.refunded_fen for each in payments] == self._by_friend(back),
            sum(done.values_list("amount_fen", flat=True)) == self.back_fen,
        ]

    @staticmethod
    def _by_friend(parts: Sequence[int]) -> list[int]:
        return [sum(parts[span]) for _service, span in PAID_BY]


def pay_divided(mall: World, thing: Thing, whole_fen: int) -> Bought:
    """Ordered for three, divided among two friends, paid by each at another service."""
    bought = Service(mall, "stripe").order([thing], people=PEOPLE, shown_fen=whole_fen)
    line = bought.order.lines.get()
    fields = [
        (f"payer-{line.pk}-{part.key}", f"Friend at {name}")
        for name, span in PAID_BY
        for part in line.open_parts[span]
    ]
    path = f"/en/o/{bought.token}/shares/"
    assert bought.told(bought.client.post(path, [("rule", "ALL"), *fields])).status == 302
    shares = bought.order.division.shares.order_by("position")
    for share, (name, _span) in zip(shares, PAID_BY, strict=True):
        service, friend = Service(mall, name), mall.client(mall.buyers(1)[0])
        asked = friend.post(f"/en/s/{share.token}/", [("provider", name)])
        assert service.open(bought, asked).status == 302, asked.text[:300]
        service.press(bought)
    return bought


def give_back(operator: Operator, bought: Bought) -> int:
    """A sum that somebody at a desk chooses, for all parts; how much."""
    parts, shown = bought.quote()
    back_fen = random.randrange(1, shown + 1)
    answer = bought.told(operator.cancel(bought, parts, shown, give_fen=back_fen))
    assert answer.status == 302, answer.text[:600]
    return back_fen


@pytest.mark.core
def test_what_is_divided_adds_up_to_the_whole(mall, operators, report):
    many, random_sums = repeats(3, 12), repeats(20_000, 1_000_000)
    singles = random.sample(range(1_000, 20_000), many)
    sums = {single: random.randrange(PEOPLE + 1, PEOPLE * single) for single in singles}
    with priced(mall, sums, people=PEOPLE) as things:
        bought = {fen: pay_divided(mall, things[fen], sums[fen]) for fen in singles}
        recovery_s = seconds_until(lambda: all(each.is_paid for each in bought.values()))
        divided = [
            Divided(each, sums[fen], give_back(operators[0], each)) for fen, each in bought.items()
        ]
        assert figures.settle() == []

    wrong = wrong_splits(random_sums)
    row = report("F53", "prices for three, paid by two friends, a random sum of each back")
    answers = [answer for each in divided for answer in each.bought.answers]
    exact = [each.are_exact() for each in divided]
    fill(row, mall, answers, kept=[all(each) for each in exact])
    row.recovery_s = recovery_s
    row.note = f"of {random_sums} random sums {wrong} not divided by largest remainder"
    assert exact == [[True] * 6] * many
    assert wrong == 0
    row.assert_whole()
