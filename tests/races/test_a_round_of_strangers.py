"""Hundreds of strangers in a few rounds: languages, guests and wrong forms mixed, nothing mixed up."""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterator
from contextvars import Context, copy_context
from dataclasses import dataclass, field
from datetime import timedelta
from http.cookies import SimpleCookie
from typing import Any
from urllib.parse import urlencode

import pytest
from django.middleware.csrf import _unmask_cipher_token

from accounts.identity.models import Session
from bookings.inventory import queries as inventory
from bookings.orders.models import Order
from kernel import clock, turns
from kernel.outbox.models import Event
from tests.cast import enter
from tests.factories.accounts import TouristFactory, make_traveller
from tests.races.conftest import run_together
from tests.races.forms import form_post
from tests.races.test_answered_together import Held

pytestmark = pytest.mark.timeout(120)

STRANGERS = 150
GUEST = "guest"
SPOKEN = {"en": '<html lang="en"', "zh-hans": '<html lang="zh-Hans"'}
PRICE_MOVED = {"en": "The price has changed", "zh-hans": "价格有变动"}


@pytest.fixture(autouse=True)
def still_to_come(sellers):
    sellers["plain"].starts_at = clock.now() + timedelta(days=3)


@dataclass
class Stranger:
    """One of many: what they speak, whether they are signed in, what is wrong with their form."""

    number: int
    answer: Answer = field(init=False)

    def __post_init__(self) -> None:
        self.language = ("en", "zh-hans")[self.number % 2]
        self.wish = ("order", "order", GUEST, "price", "price", "page")[self.number // 2 % 6]
        self.phone = f"1610001{self.number:04}"
        self.name = f"游客{self.number:03}号"
        self.secret = f"{self.number:03}".rjust(32, "s")
        self.who, self.cookies, self.actor = 1, f"csrftoken={self.secret}", ""
        if self.wish != GUEST:
            user = TouristFactory(phone=self.phone)
            self.who, self.actor = make_traveller(user.actor, name=self.name).pk, user.actor
            self.cookies += f"; sessionid={enter(user).cookies['sessionid'].value}"

    @property
    def total_fen(self) -> int:
        """Whose form is wrong names a total of their own, by which the answer is known."""
        return 1000 if self.wish in ("order", GUEST) else 5000 + self.number

    def ask(self, site: Any, region: Any, bucket: int) -> None:
        """Send the form, keep the answer."""
        fields = {"kind": "plain", "ref": f"{bucket}:1000", "who": self.who, "contact": self.phone}
        fields |= {"shown_total_fen": self.total_fen, "request_key": "everybodys-key"}
        body, begun = urlencode(fields).encode(), []
        environ = self._environ(f"/{self.language}/{region.slug}/checkout/now/", body)
        text = b"".join(site(environ, lambda *words: begun.extend(words)))
        self.answer = Answer(begun[0], begun[1], text.decode())

    def _environ(self, path: str, body: bytes) -> dict[str, Any]:
        accept = "text/html" if self.wish == "page" else "application/json"
        return form_post(path, body, cookies=self.cookies, csrf=self.secret, accept=accept)

    def complaints(self) -> Iterator[str]:
        """What in the answer is not this stranger's own."""
        if self.answer.header("Content-Language") != self.language:
            yield "another's language"
        yield from {"page": self._of_page, "price": self._of_price}.get(self.wish, self._of_order)()

    def _of_order(self) -> Iterator[str]:
        if not self.answer.status.startswith("201"):
            yield f"no order: {self.answer.status}"
            return
        told = json.loads(self.answer.text)
        order = Order.objects.get(code=told["code"])
        if told["url"] != f"/{self.language}/o/{order.token}/pay/":
            yield "another's way to pay"
        if order.contact_masked != f"161****{self.phone[-4:]}" or order.language != self.language:
            yield "another's order"
        if order.actor != (self.actor or self._guest()):
            yield "another's name on the order"
        if Event.objects.get(key=f"placed:{order.pk}").request_id != self.answer.request_id:
            yield "another's request id in the news"

    def _guest(self) -> str:
        """Who the session is that the answer begins."""
        session = Session.objects.get(pk=self.answer.cookie("sessionid"))
        return json.loads(session.session_data)["guest_actor"]

    def _of_price(self) -> Iterator[str]:
        told = json.loads(self.answer.text)
        if told["facts"]["shown_fen"] != self.total_fen:
            yield "another's price"
        if PRICE_MOVED[self.language] not in told["title"]:
            yield "another's words"

    def _of_page(self) -> Iterator[str]:
        text = self.answer.text
        if set(re.findall(r"游客\d{3}号", text)) != {self.name}:
            yield "another's book"
        if SPOKEN[self.language] not in text or PRICE_MOVED[self.language] not in text:
            yield "another's words"
        tokens = re.findall(r'name="csrfmiddlewaretoken" value="(\w+)"', text)
        if {_unmask_cipher_token(token) for token in tokens} != {self.secret}:
            yield "another's protection"


@dataclass(frozen=True)
class Answer:
    status: str
    headers: list[tuple[str, str]]
    text: str

    @property
    def request_id(self) -> str:
        return self.header("X-Request-Id")

    def header(self, name: str) -> str:
        """The only header of a name."""
        [value] = [text for known, text in self.headers if known == name]
        return value

    def cookie(self, name: str) -> str:
        """The value of a cookie that is set."""
        return SimpleCookie(self.header("Set-Cookie"))[name].value


def ask_together(site: Held, region: Any, bucket: int) -> list[Stranger]:
    strangers = [Stranger(number) for number in range(STRANGERS)]
    results = run_together(
        *(lambda one=one: one.ask(site.company, region, bucket) for one in strangers)
    )
    assert results == [None] * STRANGERS
    return strangers


@pytest.fixture
def site() -> Iterator[Held]:
    """A site that answers nobody but the first until all have come."""
    made = Held(STRANGERS - 1)
    yield made
    made.company._connection.close()


def test_nothing_of_one_is_anothers(shop, sellers, region, site, caplog, monkeypatch):
    log, bucket = logging.getLogger("quanyu.requests"), shop.bucket(1000)
    monkeypatch.setattr(log, "handlers", [caplog.handler])
    caplog.set_level(logging.INFO, logger=log.name)

    strangers = ask_together(site, region, bucket)

    assert site.sizes == [1, 64, 64, STRANGERS - 129]
    assert {one.number: found for one in strangers if (found := list(one.complaints()))} == {}
    buyers = [one for one in strangers if one.wish in ("order", GUEST)]
    assert Order.objects.count() == len(buyers)
    assert inventory.left([bucket]) == {bucket: 1000 - len(buyers)}
    texts = [record.getMessage() for record in caplog.records if record.name == log.name]
    lines = [json.loads(line) for text in texts for line in text.split("\n")]
    assert sorted((line["request_id"], line["status"]) for line in lines) == sorted(
        (one.answer.request_id, int(one.answer.status[:3])) for one in strangers
    )


def test_if_they_shared_their_context_it_would_be_seen(shop, sellers, region, site, monkeypatch):
    shared: list[Context] = []

    def one_for_all() -> Context:
        shared[:] = shared or [copy_context()]
        return shared[0]

    monkeypatch.setattr(turns, "copy_context", one_for_all)
    strangers = ask_together(site, region, shop.bucket(1000))

    found = {text for one in strangers for text in one.complaints()}
    assert {"another's language", "another's words", "another's way to pay"} <= found
