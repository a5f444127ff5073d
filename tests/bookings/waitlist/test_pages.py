"""The pages of the list: join with the total shown, rank and reasons, pay, decline, leave."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from bookings.waitlist.models import Entry
from kernel import clock
from tests.bookings.waitlist.conftest import PRICE, Line, states
from tests.cast import enter
from tests.factories.accounts import TouristFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def tourist():
    return TouristFactory()


@pytest.fixture
def browser(tourist) -> Client:
    return enter(tourist)


@pytest.fixture
def soon(line: Line, sellers) -> Line:
    """Pages read the clock: the thing is still to come, and is listed."""
    line.now = clock.now()
    sellers["plain"].starts_at = line.now + timedelta(days=3)
    sellers["plain"].shelf = [line.ref()]
    return line


def join_url(line: Line) -> str:
    address = reverse("waitlist:join", args=[line.region.slug])
    return f"{address}?kind=plain&ref={line.ref()}"


def fields(line: Line, **more: str) -> dict[str, str]:
    given = {"refs": line.ref(), "class_": "2", "contact": "16100000005", "request_key": "k"}
    return {**given, **more}


def test_the_total_is_shown_before_somebody_joins(browser, soon):
    first = browser.get(join_url(soon))
    assert first.status_code == 200

    shown = browser.post(join_url(soon), fields(soon))

    assert [quote.total_fen for quote in shown.context["quotes"]] == [2 * PRICE]
    assert 'name="limit" value="20"' in shown.content.decode()
    assert Entry.objects.count() == 0


def test_joining_leads_to_the_entry_with_its_rank(browser, soon):
    soon.join(1)

    shown = browser.post(join_url(soon), fields(soon, limit="20"), follow=True)

    entry = Entry.objects.latest("pk")
    assert shown.redirect_chain[-1][0] == reverse("waitlist:show", args=[entry.pk])
    assert (entry.size, entry.limit_fen, entry.pay_by) == (2, 2 * PRICE, "")
    assert "You are number 2 in the list." in shown.content.decode()


def test_a_double_click_is_one_place(browser, soon):
    for _twice in range(2):
        browser.post(join_url(soon), fields(soon, limit="20"))

    assert Entry.objects.count() == 1


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"limit": "19"}, "your limit must not be lower"),
        ({"class_": "0"}, "Please say how many people are going."),
        ({"refs": ""}, "Select a valid choice."),
        ({"pay_by": "tab"}, "is not one of the available choices"),
        ({"contact": "1"}, "mobile number"),
    ],
)
def test_what_is_wrong_is_said_and_nobody_joins(browser, soon, changed, said):
    shown = browser.post(join_url(soon), fields(soon, **{"limit": "20", **changed}))

    assert said in shown.content.decode()
    assert Entry.objects.count() == 0


@pytest.mark.parametrize("query", ["", "?kind=plain", "?kind=none&ref=1:1", "?kind=plain&ref=x"])
def test_there_is_no_list_for_what_is_not_sold(browser, soon, query):
    shown = browser.get(reverse("waitlist:join", args=[soon.region.slug]) + query)

    assert shown.status_code in (400, 404, 409)


def test_why_somebody_was_passed_over_stands_on_their_page(browser, tourist, soon):
    entry = soon.join(4, actor=tourist.actor)
    soon.join(2)
    soon.free(3)
    soon.serve()

    shown = browser.get(reverse("waitlist:show", args=[entry.pk])).content.decode()

    assert "1 place came free, too few for your party of 4. You keep your rank." in shown


def test_who_has_won_is_led_to_the_payment_and_may_let_it_go(browser, tourist, soon):
    entry = soon.join(1, actor=tourist.actor)
    soon.free(1)
    soon.serve()
    entry.refresh_from_db()

    shown = browser.get(reverse("waitlist:show", args=[entry.pk])).content.decode()
    assert reverse("checkout:pay", args=[entry.order.token]) in shown

    address = reverse("waitlist:decline", args=[entry.pk])
    assert browser.get(address).status_code == 200
    assert states(entry) == ["OFFERED"]
    browser.post(address)
    assert states(entry) == ["DECLINED"]


def test_leaving_asks_first(browser, tourist, soon):
    entry = soon.join(1, actor=tourist.actor)
    address = reverse("waitlist:leave", args=[entry.pk])

    assert (browser.get(address).status_code, states(entry)) == (200, ["WAITING"])
    browser.post(address)

    assert states(entry) == ["LEFT"]


@pytest.mark.parametrize("page", ["show", "leave", "decline"])
def test_a_stranger_finds_nothing(soon, page):
    entry = soon.join(1)

    shown = enter(TouristFactory()).get(reverse(f"waitlist:{page}", args=[entry.pk]))

    assert (shown.status_code, states(entry)) == (404, ["WAITING"])


def test_my_lists_are_mine_and_cost_the_same_for_two_and_for_six(
    browser, tourist, soon, django_assert_max_num_queries
):
    soon.join(1)
    mine = [soon.join(1, actor=tourist.actor) for _list in range(6)]

    with django_assert_max_num_queries(12):
        shown = browser.get(reverse("waitlist:mine"))

    assert [row.pk for row in shown.context["page"].rows] == [e.pk for e in reversed(mine)]
