"""Five notices of one payment, as its provider sends them: in whatever order they come, one ending (F41).

They arrive at /hooks/…/ in the provider's own bytes, sealed by its stand-in. ``test`` tries a few of
the 120 orders, drawn by a fixed seed, the long run all of them.
"""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import permutations
from typing import Any

import pytest
from django.db.models import Sum

from bookings.ledger.models import Posting
from bookings.orders import operations as orders
from bookings.orders.models import Order
from bookings.payments import operations as payments
from bookings.payments.fakes.desk import Desk
from bookings.refunds.models import Refund
from bookings.vouchers.models import Voucher
from kernel import clock, http, invariants
from kernel.outbox import operations as outbox
from kernel.outbox.models import Event
from tests.bookings.conftest import ask
from tests.bookings.payments.desks import World, newest, post, restated

LONG = bool(os.environ.get("QUANYU_LONG"))
pytestmark = [pytest.mark.django_db, pytest.mark.timeout(1800 if LONG else 120)]

ORDERS = list(permutations(range(5)))
CHOSEN = ORDERS if LONG else [ORDERS[0], ORDERS[-1], *random.Random(41).sample(ORDERS[1:-1], 4)]

Act = Callable[[World], str | bytes]
"""Something happens at the provider's; what it sends of that."""


@dataclass(frozen=True)
class Story:
    """What happens to a payment of 20.00 yuan, and how that must end here."""

    provider: str
    acts: Sequence[Act]
    returned_fen: int
    books: dict[str, int]
    disputes: tuple[str, int] = ("", 0)


def paid(world: World) -> str:
    world.desk.end(world.number, "pay")
    return world.sent()


def returned(fen: int) -> Act:
    """In the provider's own back office."""

    def act(world: World) -> str:
        assert world.desk.pay_back(world.number, f"office-{world.number}-{fen}", fen)
        return world.sent()

    return act


def disputed(status: str) -> Act:
    def act(world: World) -> str:
        world.desk.dispute(world.attempt.token, status)
        return world.sent()

    return act


def finished(world: World) -> bytes:
    """Alipay's last word of a trade: its time for refunds is over."""
    return restated(world.keys, world.told(), trade_status="TRADE_FINISHED")


def undelivered(status: str, fen: int) -> Act:
    """WeChat Pay could not carry out a refund (yet)."""
    return lambda world: world.desk.refund_letter(
        world.standing, f"office-{world.number}-{fen}", fen, status
    )


STORIES = {
    "stripe": Story(
        "stripe",
        (
            lambda world: world.desk.notice("payment.created", world.standing),
            paid,
            returned(500),
            disputed("needs_response"),
            disputed("won"),
        ),
        returned_fen=500,
        books={"provider": 1500, "outside": 500, "supplier": -2000},
        disputes=("WON", 2000),
    ),
    "alipay, returned whole": Story(
        "alipay",
        (World.told, paid, returned(500), returned(700), returned(800)),
        returned_fen=2000,
        books={"outside": 2000, "supplier": -2000},
    ),
    "alipay, finished": Story(
        "alipay",
        (World.told, paid, returned(500), returned(700), finished),
        returned_fen=1200,
        books={"provider": 800, "outside": 1200, "supplier": -2000},
    ),
    "wechat": Story(
        "wechat",
        (
            paid,
            returned(500),
            undelivered("ABNORMAL", 700),
            returned(700),
            undelivered("CLOSED", 300),
        ),
        returned_fen=1200,
        books={"provider": 800, "outside": 1200, "supplier": -2000},
    ),
}


@dataclass
class Telling:
    """One payment, of which the notices are told in one order or another."""

    world: World
    acts: Sequence[Act]
    letters: list[bytes] = field(default_factory=list)

    def happen(self, until: int) -> None:
        """All up to this act."""
        for act in self.acts[len(self.letters) : until + 1]:
            sent = act(self.world)
            self.letters.append(sent if isinstance(sent, bytes) else sent.encode())

    def arrive(self, number: int) -> None:
        self.happen(number)
        assert post(self.world.attempt.provider, self.world.sealed(self.letters[number])) == 200


def drain() -> None:
    outbox.drain(at=clock.now())


@pytest.fixture
def telling(story, desk_of, shop, sellers, now) -> Callable[[], Telling]:
    """Each time another order of two people, and its payment, begun at the provider."""
    desk: Desk = desk_of(story.provider)
    sellers["plain"].starts_at = now.replace(year=now.year + 1)
    bucket = shop.bucket(1000)

    def another() -> Telling:
        order = orders.place(shop.wish(ask(bucket, 2), total_fen=2000), at=now)
        buyer = payments.Buyer("http://x/", ip="203.0.113.7")
        attempt = payments.pay_by(order=order, provider=story.provider, at=now, buyer=buyer)
        if story.provider == "alipay":  # it hears of a payment when the buyer opens the address
            http.send("GET", attempt.redirect_url, None, {})
        return Telling(newest(desk, attempt), story.acts)

    return another


def ending(world: World) -> dict[str, Any]:
    """Everything that the notices have led to, without ids and times."""
    attempt, order = world.attempt, Order.objects.get(pk=world.attempt.order_id)
    attempt.refresh_from_db()
    books: Counter[str] = Counter()
    for posting in Posting.objects.filter(entry__subject=order.subject):
        books[posting.account.partition(":")[0]] += posting.amount_fen
    refunds = Refund.objects.filter(order=order)
    received = Event.objects.filter(name="bookings.payments.received", facts__order_id=order.pk)
    return {
        "state": (attempt.state, attempt.captured_fen, attempt.transaction_ref != ""),
        "returned": (attempt.refunded_fen, attempt.told_refunded_fen),
        "refunds": (
            set(refunds.values_list("reason", "state")),
            refunds.aggregate(fen=Sum("amount_fen"))["fen"],
        ),
        "disputes": (attempt.dispute, attempt.disputed_fen),
        "order": (order.state, order.received_fen, order.flag),
        "vouchers": Voucher.objects.filter(line__order=order).count(),
        "books": {account: fen for account, fen in books.items() if fen},
        "notices": attempt.events.count(),
        "received": received.count(),
    }


def expected(story: Story) -> dict[str, Any]:
    return {
        "state": ("SUCCEEDED", 2000, True),
        "returned": (story.returned_fen, story.returned_fen),
        "refunds": ({("OUTSIDE", "DONE")}, story.returned_fen),
        "disputes": story.disputes,
        "order": ("CONFIRMED", 2000, "RETURNED"),
        "vouchers": 2,
        "books": story.books,
        "notices": 5,
        "received": 1,
    }


@pytest.fixture(params=STORIES)
def story(request) -> Story:
    return STORIES[request.param]


@pytest.mark.parametrize("way", ["as it happens", "when all is over"])
def test_in_every_order_five_notices_end_the_same(telling, story, way):
    """As it happens: each is worked in before the next, and what comes too early is looked up too early.

    When all is over: all has happened before the first is heard of, and all are worked in at once.
    """
    wrong = []
    for order_of_arrival in CHOSEN:
        told = telling()
        if way == "when all is over":
            told.happen(4)
        for number in order_of_arrival:
            told.arrive(number)
            if way == "as it happens":
                drain()
        drain()
        if (found := ending(told.world)) != expected(story):
            wrong.append((order_of_arrival, found))

    assert wrong == []
    assert invariants.check_all(at=clock.now() + timedelta(hours=1)) == []


def test_every_notice_again_in_any_order_changes_nothing_more(telling, story):
    told = telling()
    for number in (*range(5), *ORDERS[77], *ORDERS[-1]):
        told.arrive(number)
    drain()

    assert ending(told.world) == expected(story)
