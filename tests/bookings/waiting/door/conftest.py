"""Browsers before an announced sale that is open, and what they want; fixtures for the tests of its door."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from bookings.waiting import queries, views
from bookings.waiting.models import Sale
from kernel import clock
from kernel.memo import Memo
from tests.bookings.waiting.conftest import make_sale
from tests.cast import enter
from tests.factories.accounts import TouristFactory, make_traveller

JSON = {"Accept": "application/json"}


@pytest.fixture
def sale(region, seller) -> Sale:
    """Opened five minutes ago, 10 people a second; nobody is in line yet."""
    now = clock.now()
    seller.starts_at = now + timedelta(days=3)
    return make_sale(
        region, seller.supplier_id, opens_at=now - timedelta(minutes=5), per_minute=600
    )


class Visitor:
    """A browser, whose it is, and what it wants."""

    def __init__(self, region, bucket: int, user=None) -> None:
        self.user = user or TouristFactory()
        self.browser = enter(self.user)
        self.person = make_traveller(self.user.actor)
        self.region, self.bucket = region, bucket
        self.now = f"/en/{region.slug}/checkout/now/"

    def form(self, key: str = "a-key-of-mine") -> dict[str, object]:
        return {
            "kind": ["plain"], "ref": [f"{self.bucket}:1000"], "who": [str(self.person.pk)],
            "shown_total_fen": "1000", "request_key": key, "contact": "16100000001",
        }  # fmt: skip

    def order(self, key: str = "a-key-of-mine", browser: Client | None = None):
        return (browser or self.browser).post(self.now, self.form(key), headers=JSON)

    def at(self, sale: Sale, step: str = ""):
        return f"/en/{self.region.slug}/line/{sale.pk}/{step}"

    def join(self, sale: Sale):
        return self.browser.post(self.at(sale, "join/"))

    def come_in(self, sale: Sale, **form: str):
        return self.browser.post(self.at(sale, "enter/"), form)


@pytest.fixture
def visitor(region, shop, sale) -> Visitor:
    return Visitor(region, shop.bucket(5))


def call_everybody(sale: Sale) -> None:
    Sale.objects.filter(pk=sale.pk).update(served=Sale.objects.get(pk=sale.pk).joined)


@pytest.fixture
def inside(visitor, sale) -> Visitor:
    """The visitor, let in."""
    visitor.join(sale)
    call_everybody(sale)
    assert visitor.come_in(sale).status_code == 302
    return visitor


@pytest.fixture
def remembering(monkeypatch, settings):
    """Processes remember, as they do outside tests; what they know ends with the test."""
    for room, name in ((queries, "_announced"), (queries, "_scopes"), (views, "_lines")):
        monkeypatch.setattr(room, name, Memo(seconds=60))
    settings.QUANYU_MEMO = True
