"""Item 7: no step is skipped. Every action in every state: what is not its turn is 409, and nothing moves."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from bookings.inventory.models import Bucket
from bookings.ledger.models import Entry
from bookings.orders import operations as orders
from bookings.orders.models import Hold, Line, Order, State
from bookings.payments.models import Attempt
from bookings.refunds.models import Refund, RefundRequest
from bookings.shares.models import Division
from kernel import clock
from tests.bookings.conftest import Shop, ask, region, sellers, shop  # noqa: F401
from tests.bookings.payments.conftest import party  # noqa: F401

pytestmark = pytest.mark.django_db

Sent = Callable[[Order, Line, list[int]], dict[str, object]]
BUYER = "guest:a"


def _parts(_order: Order, line: Line, _buckets: list[int]) -> dict[str, object]:
    keys = [f"{line.pk}:{part.key}" for part in line.frozen_parts]
    return {"part": keys, "shown_fen": str(line.price_fen), "words": "ill", "asked": "1"}


def _shares(_order: Order, line: Line, _buckets: list[int]) -> dict[str, object]:
    names = dict(zip((f"{line.pk}:{part.key}" for part in line.frozen_parts), "ab", strict=True))
    return {**names, "rule": "ALL"}


ACTIONS: dict[str, tuple[str, Sent]] = {
    "pay": ("checkout:pay", lambda *_given: {"provider": "sandbox"}),
    "give up": ("checkout:give-up", lambda *_given: {}),
    "divide": ("checkout:shares", _shares),
    "cancel": ("checkout:cancel", _parts),
    "hardship": ("refunds:hardship", _parts),
    "change": (
        "checkout:change",
        lambda _order, _line, buckets: {"ref": f"{buckets[1]}:1000", "shown_fen": "0"},
    ),
}
LEGAL = {
    State.HELD: {"pay", "give up", "divide"},
    State.LAPSED: set(),
    State.PAID: {"cancel", "hardship"},
    State.AWAITING_SUPPLIER: {"cancel", "hardship"},
    State.CONFIRMED: {"cancel", "hardship", "change"},
    State.REFUSED: set(),
    State.USED: set(),
    State.CANCELLED: set(),
}
UNPAID = {State.HELD, State.LAPSED}


@pytest.fixture
def buckets(shop: Shop) -> list[int]:  # noqa: F811
    return [shop.bucket(5), shop.bucket(5)]


@pytest.fixture
def order(shop: Shop, sellers, buckets) -> Order:  # noqa: F811
    """Two parts of a thing in a month, held."""
    sellers["plain"].starts_at = clock.now() + timedelta(days=30)
    wish = shop.wish(ask(buckets[0], 2), total_fen=2000, actor=BUYER)
    return orders.place(wish, at=clock.now())


def put(order: Order, state: State) -> Line:
    """The order as it would be with its one line in this state."""
    line = order.lines.get()
    keys = [part.key for part in line.frozen_parts]
    line.state = state
    line.used_parts = keys if state is State.USED else []
    line.cancelled_parts = keys if state is State.CANCELLED else []
    line.save()
    if state not in UNPAID:
        Order.objects.filter(pk=order.pk).update(paid_at=clock.now(), received_fen=2000)
    return line


def everything() -> list[object]:
    """What an action could move."""
    tables = (Order, Line, Hold, Attempt, Refund, RefundRequest, Division, Entry)
    return [list(table.objects.order_by("pk").values()) for table in tables] + [
        list(Bucket.objects.order_by("pk").values())
    ]


@pytest.mark.parametrize("action", ACTIONS)
@pytest.mark.parametrize("state", State)
def test_what_is_not_its_turn_is_refused_and_moves_nothing(state, action, order, buckets, party):  # noqa: F811
    line = put(order, state)
    name, sent = ACTIONS[action]
    key = {"line_id": line.pk} if action == "change" else {}
    url = reverse(name, kwargs={"token": order.token, **key})
    before = everything()

    answer = Client().post(url, sent(order, line, buckets), headers={"accept": "application/json"})

    if action in LEGAL[state]:
        assert answer.status_code == 302
        assert everything() != before
    else:
        assert answer.status_code == 409, answer.content[:300]
        assert everything() == before
