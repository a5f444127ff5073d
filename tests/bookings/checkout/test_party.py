"""Who travels: everybody once, and who takes part where an item is not for everybody."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from bookings.baskets.models import Basket
from kernel import clock
from tests.cast import enter
from tests.factories.accounts import TouristFactory, make_traveller, resident_number

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def still_to_come(sellers):
    """Pages read the clock: what is sold starts three days from now."""
    for seller in sellers.values():
        seller.starts_at = clock.now() + timedelta(days=3)


@pytest.fixture
def buyer():
    return TouristFactory(phone="16100000007")


@pytest.fixture
def family(buyer):
    names = ("张测试", "李测试", "王测试")
    return [
        make_traveller(buyer.actor, name=name, sequence=996 + number).pk
        for number, name in enumerate(names)
    ]


@pytest.fixture
def browser(buyer, region, shop, sellers):
    """A cart with one thing for three and another for two of them."""
    browser = enter(buyer)
    for persons in (3, 2):
        browser.post(
            f"/en/{region.slug}/cart/add/",
            {"kind": "plain", "ref": f"{shop.bucket(5)}:1000", "class_any": str(persons)},
        )
    return browser


@pytest.fixture
def url(region):
    return f"/en/{region.slug}/checkout/travellers/"


def party(family, **changes):
    return {f"who_{place}": str(who) for place, who in enumerate(family)} | changes


def smaller_item():
    return next(item for item in Basket.objects.get().items.all() if len(item.classes) == 2)


def test_the_buyer_chooses_who_takes_part_in_what_is_not_for_everybody(browser, family, url):
    field = f"takes_part_{smaller_item().pk}"

    answer = browser.post(url, party(family, **{field: ["2", "1"]}))

    assert answer.status_code == 302
    everybody = next(i for i in Basket.objects.get().items.all() if len(i.classes) == 3)
    assert (everybody.people, smaller_item().people) == (family, [family[1], family[2]])


def test_the_first_ones_are_ticked_until_somebody_else_was_chosen(browser, family, url):
    field = f"takes_part_{smaller_item().pk}"

    first = browser.get(url).context["form"][field].initial
    browser.post(url, party(family, **{field: ["0", "2"]}))
    later = browser.get(url).context["form"][field].initial

    assert (first, later) == ([0, 1], [0, 2])


@pytest.mark.parametrize("places", [[], ["0"], ["0", "1", "2"], ["0", "0"], ["0", "7"], ["x", "1"]])
def test_exactly_as_many_take_part_as_there_are_places(browser, family, url, places):
    field = f"takes_part_{smaller_item().pk}"

    answer = browser.post(url, party(family, **{field: places}))

    assert answer.status_code == 200
    assert field in answer.context["form"].errors
    assert smaller_item().people == []


def test_one_summary_names_the_traveller_whose_field_is_wrong(browser, family, url):
    field = f"takes_part_{smaller_item().pk}"
    wrong = {"who_2": "0", "new_2-name": "王新人", "new_2-kind": "RESIDENT_ID", "new_2-number": "1"}

    page = browser.post(url, party(family, **{field: ["0", "1"]}) | wrong).content.decode()

    assert page.count("q-summary__list") == 1
    assert '<a href="#id_new_2-number">Traveller 3: Document number</a>' in page
    assert smaller_item().people == []


def test_somebody_without_a_book_is_not_asked_who_but_for_the_person(client, region, shop, sellers):
    ref = f"{shop.bucket(5)}:1000"
    client.post(f"/en/{region.slug}/cart/add/", {"kind": "plain", "ref": ref, "class_any": "1"})

    page = client.get(f"/en/{region.slug}/checkout/travellers/").content.decode()

    assert '<input type="hidden" name="who_0" value="0" id="id_who_0">' in page
    assert 'data-shown-by="id_new_0-kind" data-shown-value="PASSPORT"' in page
    assert 'name="takes_part' not in page


def test_one_document_typed_for_two_people_is_said_on_the_form(browser, family, url):
    field = f"takes_part_{smaller_item().pk}"
    number = resident_number(date(1988, 5, 17))
    typed = {
        f"new_{place}-{name}": value
        for place in (0, 1)
        for name, value in {"name": "赵测试", "kind": "RESIDENT_ID", "number": number}.items()
    }

    answer = browser.post(url, party([0, 0, family[2]], **{field: ["0", "1"]}, **typed))

    assert answer.status_code == 200
    assert "The same traveller is chosen twice." in answer.content.decode()
    assert Basket.objects.get().traveller_ids == []
