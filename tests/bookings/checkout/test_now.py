"""Ordering at once: what the page shows is what is placed, for people of one's own book only."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bookings.inventory import queries as inventory
from bookings.orders.models import Order
from kernel import clock
from tests.cast import enter
from tests.factories.accounts import TouristFactory, make_traveller

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def still_to_come(sellers):
    """Pages read the clock: what is sold starts three days from now."""
    sellers["plain"].starts_at = clock.now() + timedelta(days=3)


@pytest.fixture
def buyer():
    return TouristFactory(phone="16100000007")


@pytest.fixture
def browser(buyer):
    return enter(buyer)


@pytest.fixture
def person(buyer):
    return make_traveller(buyer.actor)


@pytest.fixture
def url(region):
    return f"/en/{region.slug}/checkout/now/"


def form(bucket, person, **changes):
    return {
        "kind": ["plain"],
        "ref": [f"{bucket}:1000"],
        "who": [str(person.pk)],
        "shown_total_fen": "1000",
        "request_key": "a-key-of-mine",
        **changes,
    }


def test_the_page_shows_people_then_the_whole_order(browser, person, shop, sellers, url):
    bucket = shop.bucket(3)

    choose = browser.get(url, {"kind": "plain", "ref": f"{bucket}:1000"}).content.decode()
    shown = browser.get(url, {"kind": "plain", "ref": f"{bucket}:1000", "who": person.pk})

    assert person.name in choose
    assert 'name="shown_total_fen"' not in choose
    assert 'name="shown_total_fen" value="1000"' in shown.content.decode()
    assert "16100000007" in shown.content.decode()


def test_the_post_places_and_leads_to_the_payment(browser, buyer, person, shop, sellers, url):
    bucket = shop.bucket(3)

    answer = browser.post(url, form(bucket, person))

    order = Order.objects.get()
    assert (answer.status_code, answer.url) == (302, f"/en/o/{order.token}/pay/")
    assert (order.actor, order.user_id, order.total_fen) == (buyer.actor, buyer.pk, 1000)
    assert order.contact_masked == "161****0007"
    assert order.lines.get().parts[0]["traveller_id"] == person.pk
    assert inventory.left([bucket]) == {bucket: 2}


def test_a_program_gets_the_order_as_json(browser, person, shop, sellers, url):
    answer = browser.post(url, form(shop.bucket(3), person), headers={"Accept": "application/json"})

    order = Order.objects.get()
    assert answer.status_code == 201
    assert answer.json()["code"] == order.code
    assert answer.json()["url"] == f"/en/o/{order.token}/pay/"


def test_the_same_post_twice_is_one_order(browser, person, shop, sellers, url):
    bucket = shop.bucket(3)

    first, second = (browser.post(url, form(bucket, person)) for _time in range(2))

    assert first.url == second.url
    assert inventory.left([bucket]) == {bucket: 2}


def test_sold_out_is_said_on_the_page_and_nothing_is_placed(browser, person, shop, sellers, url):
    answer = browser.post(url, form(shop.bucket(0), person))

    assert answer.status_code == 409
    assert "only 0 left" in answer.content.decode()
    assert not Order.objects.exists()


def test_sold_out_is_a_problem_for_a_program(browser, person, shop, sellers, url):
    answer = browser.post(url, form(shop.bucket(0), person), headers={"Accept": "application/json"})

    assert (answer.status_code, answer.json()["code"]) == (409, "sold_out")


def test_a_price_of_ones_own_is_refused(browser, person, shop, sellers, url):
    bucket = shop.bucket(3)

    answer = browser.post(url, form(bucket, person, shown_total_fen="1"))

    assert answer.status_code == 409
    assert "The price has changed" in answer.content.decode()
    assert 'name="shown_total_fen" value="1000"' in answer.content.decode()
    assert inventory.left([bucket]) == {bucket: 3}


def test_somebody_of_anothers_book_is_nobody(browser, shop, sellers, url):
    stranger = make_traveller("user:999999", name="陌生人")

    answer = browser.post(url, form(shop.bucket(3), stranger))

    order_parts = [part for order in Order.objects.all() for part in order.lines.get().parts]
    assert [part["traveller_id"] for part in order_parts] in ([], [0])
    assert "陌生人" not in answer.content.decode()


@pytest.mark.parametrize(
    "changes",
    [
        {"who": []},
        {"who": ["x"]},
        {"who": ["1:" + "a" * 31]},
        {"kind": []},
        {"kind": ["plain", "plain"]},
        {"ref": ["r" * 81]},
        {"shown_total_fen": "1e3"},
        {"shown_total_fen": "NaN"},
        {"request_key": "short"},
        {"request_key": "k" * 65},
        {"contact": "not a number"},
    ],
)
def test_what_cannot_be_read_is_refused(browser, person, shop, sellers, url, changes):
    bucket = shop.bucket(3)

    answer = browser.post(url, form(bucket, person, **changes))

    assert answer.status_code == 400
    assert not Order.objects.exists()
    assert inventory.left([bucket]) == {bucket: 3}


def test_a_guest_gives_a_number(client, region, shop, sellers, url):
    thing = {"kind": "plain", "ref": f"{shop.bucket(1)}:1000", "class_any": "1"}
    client.post(f"/en/{region.slug}/cart/add/", thing)
    guest = make_traveller(client.session["guest_actor"])
    bucket = shop.bucket(3)

    without = client.post(url, form(bucket, guest))
    with_one = client.post(url, form(bucket, guest, contact="161 0000 0009"))

    assert (without.status_code, with_one.status_code) == (400, 302)
    assert Order.objects.get().contact_masked == "161****0009"


def test_a_number_that_is_refused_stays_in_its_field(browser, person, shop, sellers, url):
    answer = browser.post(url, form(shop.bucket(3), person, contact="161 000"))

    assert answer.status_code == 400
    assert 'value="161 000"' in answer.content.decode()


def test_what_is_free_is_booked_and_nothing_is_said_of_paying(browser, person, shop, sellers, url):
    bucket = shop.bucket(3)

    shown = browser.get(url, {"kind": "plain", "ref": f"{bucket}:0", "who": person.pk})
    browser.post(url, form(bucket, person, ref=[f"{bucket}:0"], shown_total_fen="0"))
    order = Order.objects.get()
    page = browser.get(f"/en/o/{order.token}/").content.decode()

    assert ">Book<" in shown.content.decode()
    assert "Hold and pay" not in shown.content.decode()
    assert order.code in page
    assert "/invoice" not in page
