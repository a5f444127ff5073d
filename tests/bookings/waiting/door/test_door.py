"""The door of an announced sale over HTTP: who waits, who comes in, and what that costs."""

from __future__ import annotations

import time
from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bookings.baskets.models import Basket
from bookings.orders.models import Order
from bookings.waiting.models import Sale, Turn
from kernel import memo
from tests.bookings.waiting.door.conftest import JSON, Visitor, call_everybody
from tests.cast import enter
from tests.factories.accounts import OrganisationFactory, make_traveller

pytestmark = pytest.mark.django_db


def test_from_the_order_through_the_line_and_back(visitor, sale):
    wanted = {"kind": "plain", "ref": f"{visitor.bucket}:1000", "who": visitor.person.pk}

    sent_away = visitor.browser.get(visitor.now, wanted)
    room = visitor.browser.get(sent_away.url)
    [next_] = parse_qs(urlsplit(sent_away.url).query)["next"]
    joined = visitor.browser.post(visitor.at(sale, "join/"), {"next": next_})
    Sale.objects.update(is_paused=True)
    waits = visitor.browser.get(joined.url).content.decode()
    Sale.objects.update(is_paused=False)
    call_everybody(sale)
    called = visitor.browser.get(joined.url).content.decode()
    came_in = visitor.come_in(sale, next=next_)
    shown = visitor.browser.get(came_in.url)
    ordered = visitor.order()

    assert sent_away.url.startswith(visitor.at(sale) + "?next=")
    assert "Take a place in line" in room.content.decode()
    assert "Your place in line" in waits
    assert "You are next" in waits
    assert "It is your turn" in called
    assert came_in.url == next_
    assert 'name="shown_total_fen" value="1000"' in shown.content.decode()
    assert ordered.status_code == 201
    assert Turn.objects.get().finished_at is not None


def test_a_program_is_told_where_to_wait(visitor, sale):
    answer = visitor.order()

    assert answer.status_code == 429
    assert answer["Retry-After"] == "10"
    assert answer.json()["code"] == "wait_in_line"
    assert answer.json()["facts"]["waiting_room"].startswith(visitor.at(sale) + "?next=")
    assert not Order.objects.exists()


def test_a_page_that_posts_without_a_pass_is_sent_to_the_line(visitor, sale):
    answer = visitor.browser.post(visitor.now, visitor.form())

    assert answer.status_code == 302
    assert answer.url.startswith(visitor.at(sale))
    assert not Order.objects.exists()


def test_a_cart_with_such_a_thing_waits_too(visitor, sale, region, shop):
    cart = f"/en/{region.slug}/cart/add/"
    item = {"kind": "plain", "ref": f"{visitor.bucket}:1000", "class_any": "1"}
    visitor.browser.post(cart, item)
    confirm = f"/en/{region.slug}/checkout/"

    seen = visitor.browser.get(confirm)
    page = {"shown_total_fen": "1000", "contact": "16100000001", "agree": "on"}
    sent = visitor.browser.post(confirm, {**page, "request_key": Basket.objects.get().request_key})

    assert seen.url.startswith(visitor.at(sale))
    assert sent.url.startswith(visitor.at(sale))
    assert not Order.objects.exists()


def test_what_the_sale_does_not_cover_needs_no_line(visitor, sale, region):
    Sale.objects.update(kind="another")
    assert visitor.order().status_code == 201


@pytest.mark.parametrize(
    "fields",
    [
        {"is_announced": False},
        {"first_date": "2099-01-01", "last_date": "2099-01-02"},
        {"gathers_at": "2099-01-01T00:00Z", "opens_at": "2099-01-01T00:00Z",
         "closes_at": "2099-01-02T00:00Z"},
    ],
)  # fmt: skip
def test_a_sale_that_is_not_on_stops_nobody(visitor, sale, fields):
    Sale.objects.update(**fields)

    assert visitor.order().status_code == 201


def test_another_suppliers_sale_stops_nobody(visitor, sale, region):
    Sale.objects.update(organisation=OrganisationFactory(region=region))

    assert visitor.order().status_code == 201


def test_loading_again_or_joining_again_gains_nothing(visitor, sale):
    Sale.objects.update(is_paused=True)
    visitor.join(sale)
    Visitor(visitor.region, visitor.bucket).join(sale)

    for _time in range(3):
        visitor.join(sale)
        visitor.browser.get(visitor.at(sale))
    state = visitor.browser.get(visitor.at(sale, "state.json")).json()

    assert (state["number"], state["in_line"]) == (1, 2)


def test_the_same_account_in_another_browser_has_the_same_place(visitor, sale):
    Sale.objects.update(is_paused=True)
    visitor.join(sale)
    other = enter(visitor.user)

    page = other.get(visitor.at(sale))
    state = other.get(visitor.at(sale, "state.json"))

    assert "Your place in line" in page.content.decode()
    assert state.json()["number"] == 1
    assert Turn.objects.count() == 1


def test_a_poll_asks_the_database_for_nothing(
    visitor, sale, remembering, django_assert_num_queries
):
    visitor.join(sale)
    visitor.browser.get(visitor.at(sale, "state.json"))

    with django_assert_num_queries(0):
        answer = visitor.browser.get(visitor.at(sale, "state.json"))

    assert answer.status_code == 200


def test_without_a_sale_the_door_asks_for_nothing(visitor, sale, remembering):
    Sale.objects.all().delete()
    visitor.order()

    with CaptureQueriesContext(connection) as captured:
        visitor.order("another-key")

    assert [q for q in captured.captured_queries if "waiting" in q["sql"]] == []


def test_what_others_wanted_a_while_ago_is_nothing_to_who_wants_another_thing(
    visitor, sale, shop, remembering, monkeypatch
):
    visitor.order()
    visitor.order()
    later = SimpleNamespace(monotonic=lambda: time.monotonic() + 40)
    monkeypatch.setattr(memo, "time", later)
    visitor.bucket = shop.bucket(5)

    assert visitor.order("another-key").status_code == 429


def test_a_refused_order_keeps_the_pass(inside, sale, shop):
    full = shop.bucket(0)
    inside.bucket, bucket = full, inside.bucket
    refused = inside.order("first-key")
    inside.bucket = bucket

    ordered = inside.order("second-key")

    assert (refused.status_code, ordered.status_code) == (409, 201)


def test_whose_order_came_back_lost_asks_again_with_the_key(inside):
    first, again = inside.order(), inside.order()

    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json()["code"] == again.json()["code"]
    assert Order.objects.count() == 1


def test_who_signs_in_after_ordering_as_a_guest_has_no_second_order(region, shop, sale):
    shopper = Visitor(region, shop.bucket(5))
    shopper.browser = Client()
    shopper.join(sale)
    call_everybody(sale)
    shopper.come_in(sale)
    guest = Turn.objects.get().person
    person = make_traveller(guest)
    form = {**shopper.form(), "who": [str(person.pk)]}
    first = shopper.browser.post(shopper.now, form, headers=JSON)
    enter(shopper.user, client=shopper.browser)

    second = shopper.browser.post(shopper.now, form, headers=JSON)

    assert (first.status_code, second.status_code) == (201, 429)
    assert Order.objects.get().actor == guest
