"""The page on which a line is changed: without JavaScript, as plain forms."""

from __future__ import annotations

import re
from collections import defaultdict

import pytest

from bookings.orders.models import Line, Order, State
from kernel.outbox import operations as outbox
from tests.bookings.conftest import ask
from tests.bookings.orders.test_change import buckets, now, order, party  # noqa: F401

pytestmark = pytest.mark.django_db


def fields(page) -> dict[str, object]:
    """What the form that agrees would send."""
    form = page.content.decode().partition('id="change"')[2]
    sent = defaultdict(list)
    for name, value in re.findall(r'name="(\w+)" value="([^"]*)"', form):
        sent[name].append(value)
    return {name: values[0] if len(values) == 1 else values for name, values in sent.items()}


@pytest.fixture
def shelf(sellers, buckets):  # noqa: F811
    sellers["plain"].shelf = [f"{buckets[0]}:1000", f"{buckets[1]}:600"]
    return sellers["plain"].shelf


def address(order) -> str:  # noqa: F811
    return f"/en/o/{order.token}/change/{order.lines.get().pk}/"


def test_the_order_links_to_it_and_it_shows_what_else_there_is(client, order, shelf):  # noqa: F811
    assert address(order) in client.get(f"/en/o/{order.token}/").content.decode()

    page = client.get(address(order))

    assert [each.ref for each, _price in page.context["found"]] == [shelf[1]]
    assert f"Room {shelf[1]} · from ¥6" in page.content.decode()


def test_the_difference_is_shown_and_agreed_to(client, order, shelf, now):  # noqa: F811
    page = client.get(address(order), {"ref": shelf[1]})
    sent = fields(page)
    assert (sent["shown_fen"], "¥8" in page.content.decode()) == ("-800", True)

    answers = [client.post(address(order), sent) for _click in range(2)]
    outbox.drain(at=now)

    made = Order.objects.exclude(pk=order.pk).get()
    assert {answer.url for answer in answers} == {f"/en/o/{made.token}/"}
    assert made.state is State.CONFIRMED
    page = client.get(f"/en/o/{made.token}/").content.decode()
    assert order.code in page
    assert "q-code" in page


def test_a_dearer_one_goes_on_to_the_payment(client, order, buckets):  # noqa: F811
    ref = f"{buckets[1]}:1500"
    page = client.get(address(order), {"ref": ref})

    answer = client.post(address(order), fields(page))

    made = Order.objects.exclude(pk=order.pk).get()
    assert answer.url == f"/en/o/{made.token}/pay/"
    assert made.unpaid_fen == 1000
    assert "¥10" in client.get(answer.url).content.decode()


@pytest.mark.parametrize(
    "wrong",
    [{"shown_fen": "0"}, {"shown_fen": "x"}, {"ref": "nothing"}, {"ref": "x" * 500}],
)
def test_what_was_not_shown_changes_nothing(client, order, shelf, wrong):  # noqa: F811
    sent = fields(client.get(address(order), {"ref": shelf[1]}))

    answer = client.post(address(order), {**sent, **wrong})

    assert answer.status_code == 200
    assert Order.objects.count() == 1


def test_another_orders_line_is_not_found_here(client, order, shop, now, party):  # noqa: F811
    from bookings.orders import operations as orders

    other = orders.place(shop.wish(ask(shop.bucket(1)), total_fen=1000), at=now)

    answer = client.get(f"/en/o/{order.token}/change/{other.lines.get().pk}/")

    assert answer.status_code == 404


@pytest.mark.parametrize("day", ["x", "2026-13-01", "2026-02-30"])
def test_a_day_that_is_none_is_said(client, order, day):  # noqa: F811
    assert client.get(address(order), {"day": day}).status_code == 400


def test_what_the_terms_keep_of_the_difference_is_shown(client, order, shelf):  # noqa: F811
    Line.objects.filter(order=order).update(terms={"steps": [[0, 250]], "words": {}})

    page = client.get(address(order), {"ref": shelf[1]})

    assert fields(page)["shown_fen"] == "-200"
    text = page.content.decode()
    assert ("Kept by the terms" in text, "¥6" in text, "¥2" in text) == (True, True, True)


def test_some_of_the_people_are_ticked(client, order, shelf, now):  # noqa: F811
    page = client.get(address(order), {"ref": shelf[1], "part": "p1"})
    sent = fields(page)
    assert (sent["shown_fen"], sent["part"]) == ("-400", "p1")

    client.post(address(order), sent)
    outbox.drain(at=now)

    assert order.lines.get().cancelled_parts == ["p1"]
    assert Order.objects.exclude(pk=order.pk).get().total_fen == 600


@pytest.mark.parametrize("keys", [["p9"], ["p0", "p0"]])
def test_people_who_are_not_in_it_change_nothing(client, order, shelf, keys):  # noqa: F811
    sent = fields(client.get(address(order), {"ref": shelf[1]}))

    answer = client.post(address(order), {**sent, "part": keys})

    assert answer.status_code == 200
    assert Order.objects.count() == 1


def test_each_may_choose_another_class_that_is_published(client, order, shelf, sellers, now):  # noqa: F811
    sellers["plain"].classes = ("any", "child")
    page = client.get(address(order), {"ref": shelf[1], "class_p1": "child"})
    chosen = [(each.part.key, each.class_code) for each in page.context["places"]]
    assert [each.class_code for each in page.context["classes"]] == ["any", "child"]
    assert chosen == [("p0", "any"), ("p1", "child")]

    client.post(address(order), fields(page))
    outbox.drain(at=now)

    made = Order.objects.exclude(pk=order.pk).get()
    assert [part.class_code for part in made.lines.get().frozen_parts] == ["any", "child"]
    assert made.state is State.CONFIRMED


def test_a_class_that_is_not_published_becomes_the_first(client, order, shelf, sellers):  # noqa: F811
    sellers["plain"].classes = ("grown", "child")

    page = client.get(address(order), {"ref": shelf[1]})

    assert [each.class_code for each in page.context["places"]] == ["grown", "grown"]


def test_one_class_is_not_asked_for(client, order, shelf):  # noqa: F811
    page = client.get(address(order), {"ref": shelf[1]})

    assert "<select" not in page.content.decode()
