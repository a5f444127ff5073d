"""An area's page is rendered once for everybody, and shows nobody another's things."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.contrib.messages import constants
from django.contrib.messages.storage.base import Message
from django.contrib.messages.storage.cookie import CookieStorage
from django.test import Client, RequestFactory

from bookings.waiting import queries as waiting
from bookings.warnings import queries as warnings
from kernel import clock
from kernel.memo import Memo
from kernel.web import remembered
from tests.bookings.waiting.conftest import make_sale
from tests.cast import enter
from tests.factories.accounts import UserFactory
from tests.tourism.conftest import AT, VISIT

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def remembering(monkeypatch, settings) -> None:
    settings.QUANYU_MEMO = True
    monkeypatch.setattr(clock, "now", lambda: AT)
    monkeypatch.setattr(remembered, "_pages", Memo(seconds=60))
    monkeypatch.setattr(waiting, "_announced", Memo(seconds=60))
    monkeypatch.setattr(warnings, "_standing_now", Memo(seconds=60))


@pytest.fixture
def address(product, slot) -> str:
    return f"/en/{product.area.region.slug}/areas/{product.area.slug}/?day={VISIT}"


def token_in(html: str) -> str:
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', html)
    assert found is not None
    return found[1]


def test_the_second_visitor_costs_no_statement(address, django_assert_num_queries):
    first = Client().get(address)

    with django_assert_num_queries(0):
        second = Client().get(address)

    assert second.status_code == 200
    assert token_in(second.text) != token_in(first.text)


def test_everybody_can_post_the_form_that_they_were_shown(address, slot, product):
    Client().get(address)
    browser = Client(enforce_csrf_checks=True)
    tokens = [token_in(browser.get(address).text) for _visit in range(3)]
    fields = {"kind": "ticket", "ref": slot.pk, "class_adult": 1, "next": address}
    add = f"/en/{product.area.region.slug}/cart/add/"

    refused = browser.post(add, {**fields, "csrfmiddlewaretoken": "x" * 64})
    taken = [browser.post(add, {**fields, "csrfmiddlewaretoken": token}) for token in tokens]

    assert refused.status_code == 403
    assert [answer.status_code for answer in taken] == [302, 302, 302]
    assert len(set(tokens)) == 3


def test_a_guest_is_not_shown_what_is_for_those_who_are_signed_in(address):
    person = enter(UserFactory())

    texts = [browser.get(address).text for browser in (person, Client(), person)]

    assert ["for people in my book" in text for text in texts] == [True, False, True]


def test_a_message_is_shown_to_its_reader_only(address):
    reader = Client()
    storage = CookieStorage(RequestFactory().get("/"))
    reader.cookies["messages"] = storage._encode([Message(constants.SUCCESS, "Only for you")])

    texts = [browser.get(address).text for browser in (reader, Client())]

    assert ["Only for you" in text for text in texts] == [True, False]


def test_other_fields_of_the_address_are_not_repeated_to_others(address):
    Client().get(f"{address}&note=from-the-first")

    assert "from-the-first" not in Client().get(address).text


def test_languages_and_days_have_pages_of_their_own(address):
    Client().get(address)

    chinese, other_day = address.replace("/en/", "/zh-hans/"), address[:-2] + "15"

    assert 'lang="zh-Hans"' in Client().get(chinese).text
    assert Client().get(other_day).text != Client().get(address).text


def test_an_unknown_area_stays_unknown(address):
    for _again in range(2):
        assert Client().get(address.replace("/areas/", "/areas/no-")).status_code == 404


def test_an_announced_sale_is_told_to_everybody_with_the_way_to_its_line(address, product):
    area = product.area
    sale = make_sale(area.region, area.organisation_id, opens_at=AT + timedelta(minutes=30))

    page = Client().get(address).text

    assert "National Day: the sale opens" in page
    assert "You can stand in line now." in page
    path = address.partition("?")[0]
    assert f'href="/en/{area.region.slug}/line/{sale.pk}/?next={path}"' in page


@pytest.mark.parametrize(
    "fields", [{"is_announced": False}, {"kind": "another"}, {"closes_at": AT}]
)
def test_another_sale_is_not_told(address, product, fields):
    area = product.area
    make_sale(area.region, area.organisation_id, opens_at=AT - timedelta(hours=2), **fields)

    assert "/line/" not in Client().get(address).text


@pytest.mark.parametrize(
    ("minutes", "words"), [(120, "You can stand in line from"), (-5, "the sale is open")]
)
def test_the_banner_says_what_can_be_done_now(address, product, minutes, words):
    area = product.area
    make_sale(area.region, area.organisation_id, opens_at=AT + timedelta(minutes=minutes))

    assert words in Client().get(address).text
