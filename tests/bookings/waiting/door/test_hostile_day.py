"""Cancelled, postponed, lost cookies, wrong clocks, tabs: what people in line are told then."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from bookings.waiting import door, queries
from bookings.waiting import operations as line
from bookings.waiting.models import Sale, Turn
from kernel import clock
from kernel.web import overload_pages
from tests.bookings.waiting.door.conftest import Visitor, call_everybody

pytestmark = pytest.mark.django_db


def stage(visitor: Visitor, sale: Sale) -> str:
    return visitor.browser.get(visitor.at(sale, "state.json")).json()["stage"]


def test_who_waits_when_the_sale_is_withdrawn_reads_that_no_line_is_needed(visitor, sale):
    Sale.objects.update(is_paused=True)
    visitor.join(sale)
    Sale.objects.update(is_announced=False)

    told = stage(visitor, sale)
    page = visitor.browser.get(visitor.at(sale))
    entered = visitor.come_in(sale)
    joined = visitor.join(sale)

    assert told == "OVER"
    assert "This line has ended" in page.content.decode()
    assert (entered.status_code, entered.url) == (302, f"/en/{visitor.region.slug}/")
    assert (joined.status_code, joined.url) == (302, visitor.at(sale))
    assert visitor.order().status_code == 201


def test_a_sale_that_was_never_announced_has_no_page(visitor, sale):
    Sale.objects.update(is_announced=False)

    assert visitor.browser.get(visitor.at(sale)).status_code == 404


def test_a_line_opens_also_where_the_sale_is_not_known_yet(visitor, sale, remembering):
    """Another process told of it: its banner is ten seconds ahead of what this one remembers."""
    Sale.objects.update(is_announced=False)
    visitor.browser.get(visitor.at(sale))
    Sale.objects.update(is_announced=True)

    assert visitor.browser.get(visitor.at(sale)).status_code == 200
    assert visitor.join(sale).status_code == 302
    assert Turn.objects.get().sale == sale


def test_announced_again_everybody_has_the_place_that_they_had(visitor, sale):
    Sale.objects.update(is_paused=True)
    visitor.join(sale)
    Visitor(visitor.region, visitor.bucket).join(sale)
    Sale.objects.update(is_announced=False)
    Sale.objects.update(is_announced=True)

    state = visitor.browser.get(visitor.at(sale, "state.json")).json()

    assert (state["stage"], state["number"]) == ("PAUSED", 1)


def test_postponed_before_the_opening_the_page_learns_the_new_time(visitor, sale):
    now = clock.now()
    Sale.objects.update(opens_at=now + timedelta(minutes=1), early=None)
    visitor.join(sale)
    before = visitor.browser.get(visitor.at(sale, "state.json")).json()
    Sale.objects.update(opens_at=now + timedelta(minutes=2))
    after = visitor.browser.get(visitor.at(sale, "state.json")).json()

    assert (before["stage"], after["stage"]) == ("GATHERING", "GATHERING")
    assert before["opens_words"] != after["opens_words"]
    assert after["opens_words"] in visitor.browser.get(visitor.at(sale)).content.decode()


def test_postponed_after_the_opening_nobody_more_comes_in_and_the_places_stay(visitor, sale):
    visitor.join(sale)
    call_everybody(sale)
    opens_at = sale.opens_at
    Sale.objects.update(opens_at=clock.now() + timedelta(hours=1))

    postponed = stage(visitor, sale)
    visitor.come_in(sale)
    assert not Turn.objects.filter(entered_at__isnull=False).exists()
    Sale.objects.update(opens_at=opens_at)

    assert (postponed, stage(visitor, sale)) == ("PAUSED", "CALLED")


def test_what_the_browser_keeps_does_not_hang_on_its_clock(inside, sale):
    for name in ("line", "pass"):
        kept = inside.browser.cookies[f"{name}-{sale.pk}"]
        assert 6 * 3600 - 310 <= kept["max-age"] <= 6 * 3600 - 290


def test_a_lost_pass_is_handed_out_again_with_the_time_that_is_left(inside, sale):
    until = Turn.objects.get().pass_until
    del inside.browser.cookies[f"pass-{sale.pk}"]
    del inside.browser.cookies[f"line-{sale.pk}"]
    assert inside.order().status_code == 429

    page = inside.browser.get(inside.at(sale)).content.decode()
    inside.come_in(sale)

    assert "It is your turn" in page
    assert Turn.objects.get().pass_until == until
    assert inside.order().status_code == 201


def test_a_phone_that_slept_through_its_time_is_told_so(inside, sale):
    Turn.objects.update(pass_until=clock.now() - timedelta(seconds=1))

    page = inside.browser.get(inside.at(sale)).content.decode()
    back = inside.come_in(sale)
    again = inside.join(sale)

    assert "Your time to order is over. You can join the line again." in page
    assert back.url == again.url == inside.at(sale)
    assert inside.browser.get(inside.at(sale, "state.json")).json()["number"] == 2


def test_a_phone_that_slept_before_coming_in_has_lost_nothing(visitor, sale):
    visitor.join(sale)
    call_everybody(sale)
    Turn.objects.update(joined_at=clock.now() - timedelta(minutes=10))

    assert visitor.come_in(sale).status_code == 302
    assert visitor.order().status_code == 201


def test_back_in_the_waiting_room_after_the_order_the_page_says_so(inside, sale):
    inside.order()

    page = inside.browser.get(inside.at(sale)).content.decode()

    assert "Your order is placed" in page
    assert "Take a place in line" in page


def test_leaving_in_one_tab_is_seen_in_the_other(visitor, sale):
    Sale.objects.update(is_paused=True)
    visitor.join(sale)
    visitor.browser.post(visitor.at(sale, "leave/"))

    assert visitor.browser.get(visitor.at(sale, "state.json")).status_code == 404
    assert "Take a place in line" in visitor.browser.get(visitor.at(sale)).content.decode()


def test_before_the_line_forms_the_page_says_when(visitor, sale):
    later = clock.now() + timedelta(days=1)
    Sale.objects.update(gathers_at=later, opens_at=later, closes_at=later + timedelta(hours=1))

    page = visitor.browser.get(visitor.at(sale)).content.decode()

    assert "Come back here then" in page
    assert 'id="join"' not in page


def test_who_stood_in_line_twice_keeps_the_better_place(visitor, sale):
    Sale.objects.update(is_paused=True)
    visitor.join(sale)
    guest = Client()
    guest.post(visitor.at(sale, "join/"))
    names = [visitor.user.actor, guest.session["guest_actor"]]

    found = queries.find_turn(sale.pk, names)

    assert Turn.objects.count() == 2
    assert found is not None
    assert found.number == 1
    assert line.join(sale=sale, people=names, at=clock.now()) == 1


def test_without_scripts_the_page_comes_again_by_itself_or_by_hand(visitor, sale):
    Sale.objects.update(is_paused=True)
    visitor.join(sale)

    page = visitor.browser.get(visitor.at(sale)).content.decode()

    assert '<noscript><meta http-equiv="refresh" content="4"></noscript>' in page
    assert "Load again now" in page


def test_beyond_capacity_the_way_leads_to_the_waiting_room(visitor, sale, remembering):
    path = f"/en/{visitor.region.slug}/areas/"
    assert door.room_beyond_capacity(path, "en") is None, "nobody has asked for sales yet"
    queries.on_sale(visitor.region.pk, at=clock.now())

    assert door.room_beyond_capacity(path, "en") == visitor.at(sale)
    assert door.room_beyond_capacity(f"/{visitor.region.slug}/", "zh-hans") == (
        f"/zh-hans/{visitor.region.slug}/line/{sale.pk}/"
    )
    assert door.room_beyond_capacity(visitor.at(sale), "en") is None
    assert door.room_beyond_capacity("/en/elsewhere/", "en") is None


def test_asking_for_the_way_reads_nothing(visitor, sale, remembering, django_assert_num_queries):
    queries.on_sale(visitor.region.pk, at=clock.now())

    with django_assert_num_queries(0):
        assert overload_pages.find_line(f"/en/{visitor.region.slug}/", "en") is not None
        told = overload_pages.answer(
            {"PATH_INFO": f"/en/{visitor.region.slug}/", "REQUEST_METHOD": "GET"}, lambda *_a: None
        )

    assert f'<a href="{visitor.at(sale)}">To the waiting room</a>' in b"".join(told).decode()
