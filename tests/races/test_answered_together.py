"""Orders that are answered by one thread in one round: each person gets their own, and only that."""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Callable, Iterator
from datetime import timedelta
from types import SimpleNamespace
from typing import Any
from urllib.parse import urlencode

import pytest
from django.core.wsgi import get_wsgi_application
from django.db import OperationalError, connection, connections
from greenlet import GreenletExit

from accounts.identity import actors
from bookings.checkout.views import now
from bookings.inventory import queries as inventory
from bookings.orders.models import Order
from config.capacity import TOGETHER
from kernel import clock
from kernel.web.company import Company
from tests.cast import enter
from tests.factories.accounts import TouristFactory, make_traveller
from tests.races.conftest import run_together
from tests.races.forms import form_post

pytestmark = pytest.mark.timeout(60)

PEOPLE = 12


@pytest.fixture(autouse=True)
def still_to_come(sellers):
    sellers["plain"].starts_at = clock.now() + timedelta(days=3)


class Person:
    """Somebody signed in, with one traveller in the book."""

    def __init__(self, number: int) -> None:
        self.user = TouristFactory(phone=f"161000010{number:02}")
        self.traveller = make_traveller(self.user.actor)
        self.cookie = enter(self.user).cookies["sessionid"].value
        self.key = f"key-of-{number:06}"

    def post(self, site: Any, region: Any, bucket: int, **changes: str) -> tuple[str, Any]:
        """Order one place: the status line and the decoded answer."""
        fields = {
            "kind": "plain",
            "ref": f"{bucket}:1000",
            "who": str(self.traveller.pk),
            "shown_total_fen": "1000",
            "request_key": self.key,
            **changes,
        }
        body = urlencode(fields).encode()
        begun: list[Any] = []
        answer = site(self._environ(f"/en/{region.slug}/checkout/now/", body), _begin(begun))
        text = b"".join(answer).decode()
        return begun[0], json.loads(text)

    def post_half(self, site: Any, region: Any, bucket: int) -> str:
        """Hang up before the last three letters of the key: the status line."""
        fields = {"kind": "plain", "ref": f"{bucket}:1000", "who": self.traveller.pk}
        fields |= {"shown_total_fen": 1000, "request_key": self.key}
        body, begun = urlencode(fields).encode(), []
        environ = self._environ(f"/en/{region.slug}/checkout/now/", body)
        environ["wsgi.input"] = io.BytesIO(body[:-3])
        b"".join(site(environ, _begin(begun)))
        return str(begun[0])

    def _environ(self, path: str, body: bytes) -> dict[str, Any]:
        csrf = "a" * 32
        cookies = f"sessionid={self.cookie}; csrftoken={csrf}"
        return form_post(path, body, cookies=cookies, csrf=csrf)


def _begin(begun: list[Any]) -> Callable[..., None]:
    return lambda *words: begun.extend(words)


class Held:
    """A site whose first round begins when so many others wait for the next."""

    def __init__(self, others: int) -> None:
        self._others, self._first = others, threading.Lock()
        self.company = Company(get_wsgi_application(), paths=TOGETHER)
        self.sizes: list[int] = []
        work = self.company._grouping._work
        self.company._grouping._work = lambda items: self._hold(items, work)

    def _hold(self, items: Any, work: Callable[..., Any]) -> Any:
        if self._first.acquire(blocking=False):
            pause = threading.Event()
            while len(self.company._grouping._waiting) < self._others:
                pause.wait(0.005)
        self.sizes.append(len(items))
        return work(items)


@pytest.fixture
def hold() -> Iterator[Callable[[int], Held]]:
    """Make a held site; its connection ends with the test."""
    made: list[Held] = []

    def make(others: int) -> Held:
        made.append(Held(others))
        return made[-1]

    yield make
    for held in made:
        held.company._connection.close()


def test_everybody_gets_their_own_order(shop, sellers, region, hold):
    people, bucket = [Person(n) for n in range(PEOPLE)], shop.bucket(100)
    site = hold(PEOPLE - 1)

    answers = run_together(*(lambda p=p: p.post(site.company, region, bucket) for p in people))

    assert site.sizes == [1, PEOPLE - 1]
    for person, (status, told) in zip(people, answers, strict=True):
        order = Order.objects.get(code=told["code"])
        assert status == "201 Created"
        assert (order.actor, order.request_key) == (person.user.actor, person.key)
        assert order.lines.get().parts[0]["traveller_id"] == person.traveller.pk
    assert inventory.left([bucket]) == {bucket: 100 - PEOPLE}


def test_the_last_places_go_to_as_many_and_the_others_hear_why(shop, sellers, region, hold):
    people, bucket = [Person(n) for n in range(PEOPLE)], shop.bucket(5)
    site = hold(PEOPLE - 1)

    answers = run_together(*(lambda p=p: p.post(site.company, region, bucket) for p in people))

    refused = [told["code"] for status, told in answers if status.startswith("409")]
    assert refused == ["sold_out"] * (PEOPLE - 5)
    assert Order.objects.count() == 5
    assert inventory.left([bucket]) == {bucket: 0}


def test_what_is_wrong_with_one_touches_nobody_else(shop, sellers, region, hold):
    people, bucket = [Person(n) for n in range(6)], shop.bucket(100)
    stranger = str(people[0].traveller.pk)
    wrong = {1: {"shown_total_fen": "1"}, 2: {"who": "many"}, 3: {"ref": "nothing"}}
    wrong[4] = {"who": stranger, "kind": "shy"}
    site = hold(5)

    answers = run_together(
        *(
            lambda n=n, p=p: p.post(site.company, region, bucket, **wrong.get(n, {}))
            for n, p in enumerate(people)
        )
    )

    assert [status[:3] for status, _told in answers][:1] == ["201"]
    assert answers[5][0] == "201 Created"
    assert all(not answers[n][0].startswith(("2", "5")) for n in wrong)
    assert set(Order.objects.values_list("actor", flat=True)) == {
        people[0].user.actor,
        people[5].user.actor,
    }


def test_the_same_order_twice_in_one_round_is_one_order(shop, sellers, region, hold):
    person, bucket = Person(0), shop.bucket(100)
    site = hold(3)

    answers = run_together(*(lambda: person.post(site.company, region, bucket) for _ in range(4)))

    assert {told["code"] for _status, told in answers} == {Order.objects.get().code}
    assert inventory.left([bucket]) == {bucket: 99}


def test_half_an_order_is_none(shop, sellers, region, hold):
    """Under the key that is left of a longer one, a repeat would be another order."""
    people, bucket = [Person(n) for n in range(2)], shop.bucket(100)
    site = hold(0)

    status = people[0].post_half(site.company, region, bucket)

    assert status == "400 Bad Request"
    assert not Order.objects.exists()
    assert people[1].post(site.company, region, bucket)[0] == "201 Created"


def test_a_connection_that_is_lost_on_the_way_is_a_new_one_for_the_next_round(
    shop, sellers, region, hold, monkeypatch
):
    people, bucket = [Person(n) for n in range(6)], shop.bucket(100)
    site, offer, ended = hold(5), sellers["plain"].offer, []

    def offer_and_end(**asked):
        if len(asked["asks"]) > 1 and not ended:
            ended.append(len(asked["asks"]))
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")
        return offer(**asked)

    monkeypatch.setattr(sellers["plain"], "offer", offer_and_end)
    answers = run_together(*(lambda p=p: p.post(site.company, region, bucket) for p in people))

    assert ended == [5]
    assert [status[:3] for status, _told in answers].count("201") == 1
    assert [told.get("code") for _status, told in answers].count("interrupted") == 5
    again = run_together(*(lambda p=p: p.post(site.company, region, bucket) for p in people))
    assert [status for status, _told in again] == ["201 Created"] * 6
    assert Order.objects.count() == 6
    assert inventory.left([bucket]) == {bucket: 94}


@pytest.mark.parametrize("trouble", [SystemExit, GreenletExit, KeyboardInterrupt, RecursionError])
@pytest.mark.parametrize("stage", ["wish", "told"])
def test_whatever_one_view_raises_before_or_after_the_group_is_its_own(
    shop, sellers, region, hold, monkeypatch, trouble, stage
):
    people, bucket = [Person(n) for n in range(6)], shop.bucket(100)
    site, verb, bad = hold(5), getattr(now, f"_{stage}"), people[3].user.actor

    def raise_for_one(first, *others):
        who = first.actor if stage == "told" else actors.actor_of(first)
        if who == bad:
            raise trouble
        return verb(first, *others)

    monkeypatch.setattr(now, f"_{stage}", raise_for_one)

    def call(person):
        try:
            return person.post(site.company, region, bucket)[0][:3]
        except BaseException as error:  # noqa: BLE001 - the test looks at it
            return type(error)

    answers = run_together(*(lambda p=p: call(p) for p in people))

    expected = "500" if trouble is RecursionError else trouble
    assert answers == ["201"] * 3 + [expected] + ["201"] * 2
    monkeypatch.undo()
    assert call(people[3]) == "201"
    assert Order.objects.count() == 6
    assert inventory.left([bucket]) == {bucket: 94}


def test_whoever_leads_has_its_own_connection_back(shop, sellers, region):
    person, bucket, own = Person(0), shop.bucket(100), connection.connection
    connection.close_at = None
    company = Company(get_wsgi_application(), paths=TOGETHER)

    status, _told = person.post(company, region, bucket)

    assert status == "201 Created"
    assert connection.connection is own
    assert company._connection.connection is not own
    company._connection.close()


def test_where_no_more_connections_are_to_be_had_the_leaders_own_serves(
    shop, sellers, region, monkeypatch
):
    """And it serves on: a second order finds the same."""
    person, bucket, own = Person(0), shop.bucket(100), connection.connection
    connection.close_at = None
    full = SimpleNamespace(inc_thread_sharing=lambda: None, ensure_connection=refuse)
    company = Company(get_wsgi_application(), paths=TOGETHER)
    monkeypatch.setattr(connections, "create_connection", lambda _alias: full)

    answers = [
        person.post(company, region, bucket, request_key=key)
        for key in ("key-of-one", "key-of-two")
    ]

    assert [status for status, _told in answers] == ["201 Created"] * 2
    assert connection.connection is own


def refuse() -> None:
    raise OperationalError("too many connections for role")


def test_a_leaders_own_connection_grows_no_older_than_others(shop, sellers, region):
    """Nothing of a round uses it, so that no request's end would look at its age."""
    person, bucket = Person(0), shop.bucket(100)
    company = Company(get_wsgi_application(), paths=TOGETHER)
    connection.ensure_connection()
    old, connection.close_at = connection.connection, 0

    status, _told = person.post(company, region, bucket)

    assert status == "201 Created"
    assert old.closed
    company._connection.close()
