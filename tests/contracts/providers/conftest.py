"""Every provider in turn: its party in a process of its own, its adapter, one payment of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from pytest_socket import enable_socket

from bookings.orders import operations as orders
from bookings.orders.models import Order
from bookings.payments.models import Attempt
from bookings.payments.providers import Charge, Handle, Provider, Started
from kernel import clock
from tests.bookings.conftest import Shop, ask, region, sellers, shop  # noqa: F401
from tests.bookings.payments.desks import switched_on
from tests.contracts.inbox import Inbox, Letter, inbox
from tests.contracts.own_parties import OWN, OwnParty
from tests.contracts.parties import PARTIES, Party, StripeParty
from tests.contracts.providers.dealing import charge, handle, pay_by


@pytest.fixture(scope="package", params=sorted(PARTIES))
def party(request: pytest.FixtureRequest, tmp_path_factory: Any) -> Iterator[Any]:
    """One outside party, in a process of its own; or, where a test names them, a way of our own."""
    enable_socket()
    with {**PARTIES, **OWN}[request.param](tmp_path_factory.mktemp(request.param)) as made:
        yield made


@pytest.fixture(autouse=True)
def post(
    party: Any, socket_enabled: None, settings: Any, request: pytest.FixtureRequest
) -> Iterator[Inbox]:
    """The adapter is switched on; the party's notices come here. Ways of our own send none."""
    if isinstance(party, OwnParty):
        party.open(request.getfixturevalue("region"), clock.now())
        yield Inbox("http://nobody.invalid")
        return
    with switched_on(party.provider), inbox() as made:
        settings.SITE_URL = made.url
        if isinstance(party, StripeParty):
            party.hear_at(f"{made.url}/hooks/stripe/")
        yield made


@pytest.fixture
def provider(party: Party) -> Provider:
    return party.provider


@pytest.fixture
def wish(party: Any, post: Inbox) -> Charge:
    return charge(post, payer=party.payer)


@pytest.fixture
def started(provider: Provider, wish: Charge) -> Started:
    return provider.start(wish)


@pytest.fixture
def unpaid(wish: Charge, started: Started) -> Handle:
    return handle(wish, started)


@pytest.fixture
def paid(party: Party, unpaid: Handle) -> Handle:
    """A payment that was made."""
    party.pay(unpaid.provider_ref)
    return unpaid


@pytest.fixture
def letter(post: Inbox, paid: str) -> Letter:
    """The genuine notice of a payment that was made."""
    return post.wait(1)[0]


@pytest.fixture
def now() -> datetime:
    return clock.now()


@pytest.fixture
def bucket(shop: Shop) -> int:  # noqa: F811
    return shop.bucket(5)


@pytest.fixture
def place(shop, sellers, bucket, now) -> Callable[[datetime], Order]:  # noqa: F811
    """Places an order of two parts."""
    sellers["plain"].starts_at = now + timedelta(days=300)
    return lambda at: orders.place(shop.wish(ask(bucket, 2), total_fen=2000), at=at)


@pytest.fixture
def order(place, now) -> Order:
    return place(now)


@pytest.fixture
def attempt(provider: Provider, order: Order, now: datetime) -> Attempt:
    return pay_by(provider, order, now)
