"""The door of an announced sale over HTTP: who waits, who comes in, and every way around it."""

from __future__ import annotations

import time
from datetime import timedelta
from types import SimpleNamespace
from urllib.parse import parse_qs, urlsplit

import pytest
from django.core.signing import Signer
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bookings.baskets.models import Basket
from bookings.contracts import Ask, Member
from bookings.inventory import queries as inventory
from bookings.orders.models import Order
from bookings.waiting import door, queries, views
from bookings.waiting import operations as line
from bookings.waiting.models import Sale, Turn
from kernel import clock, memo
from kernel.memo import Memo
from kernel.web import overload_pages
from tests.bookings.waiting.conftest import make_sale
from tests.cast import enter
from tests.factories.accounts import OrganisationFactory, TouristFactory, make_traveller

pytestmark = pytest.mark.django_db

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


@pytest.fixture
def remembering(monkeypatch, settings):
    """Processes remember, as they do outside tests; what they know ends with the test."""
    for room, name in ((queries, "_announced"), (queries, "_scopes"), (views, "_lines")):
        monkeypatch.setattr(room, name, Memo(seconds=60))
    settings.QUANYU_MEMO = True


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


# --- F73: forged, shared, replayed -------------------------------------------------------------


def steal(inside: Visitor, thief: Visitor, name: str) -> None:
    thief.browser.cookies[name] = inside.browser.cookies[name].value


def replayed(inside, thief, sale):
    """The pass again, after the order that it was for."""
    assert inside.order("the-first-one").status_code == 201
    return inside.order("one-more-order")


def another_tab(inside, thief, sale):
    """Two browsers of one account, one pass: the second order."""
    other = enter(inside.user)
    other.cookies.load({n: m.value for n, m in inside.browser.cookies.items() if "pass" in n})
    assert inside.order("the-first-one").status_code == 201
    return inside.order("one-more-order", browser=other)


def shared(inside, thief, sale):
    """Another account shows the pass."""
    steal(inside, thief, f"pass-{sale.pk}")
    return thief.order()


def shared_number(inside, thief, sale):
    """Another account comes in with the number of somebody who is called."""
    steal(inside, thief, f"line-{sale.pk}")
    thief.come_in(sale)
    return thief.order()


def number_as_pass(inside, thief, sale):
    """The signed number where the pass should be."""
    thief.join(sale)
    own = thief.browser.cookies[f"line-{sale.pk}"].value
    thief.browser.cookies[f"pass-{sale.pk}"] = own
    return thief.order()


def of_another_sale(inside, thief, sale):
    """A pass that is good, for another sale."""
    other = make_sale(
        thief.region, OrganisationFactory(region=thief.region).pk, opens_at=sale.opens_at
    )
    thief.join(other)
    call_everybody(other)
    assert thief.come_in(other).status_code == 302
    thief.browser.cookies[f"pass-{sale.pk}"] = thief.browser.cookies[f"pass-{other.pk}"].value
    return thief.order()


def called_but_outside(inside, thief, sale):
    """Called, but not come in: no pass yet."""
    thief.join(sale)
    call_everybody(sale)
    return thief.order()


def expired(inside, thief, sale):
    """The pass after its time."""
    Turn.objects.update(pass_until=clock.now() - timedelta(seconds=1))
    return inside.order()


def left(inside, thief, sale):
    """The pass of somebody who gave up the place."""
    pass_ = inside.browser.cookies[f"pass-{sale.pk}"].value
    inside.browser.post(inside.at(sale, "leave/"))
    inside.browser.cookies[f"pass-{sale.pk}"] = pass_
    return inside.order()


def signed_by_another_key(inside, thief, sale):
    """A pass made under another key."""
    signer = Signer(key="guess", salt=f"bookings.waiting.pass:{sale.pk}:{thief.user.actor}")
    thief.browser.cookies[f"pass-{sale.pk}"] = signer.sign("1")
    return thief.order()


def well_signed_without_a_row(inside, thief, sale):
    """Even the true signature opens nothing where no row says so."""
    signer = Signer(salt=f"bookings.waiting.pass:{sale.pk}:{thief.user.actor}")
    thief.browser.cookies[f"pass-{sale.pk}"] = signer.sign("1")
    return thief.order()


def row_without_signature(inside, thief, sale):
    """A browser of the person's own, without the pass."""
    return inside.order(browser=enter(inside.user))


def before_the_opening(inside, thief, sale):
    """In line, and impatient."""
    soon = clock.now() + timedelta(minutes=1)
    Sale.objects.update(opens_at=soon, gathers_at=clock.now() - timedelta(minutes=1), early=None)
    thief.join(sale)
    thief.come_in(sale)
    return thief.order()


def ahead_of_turn(inside, thief, sale):
    """In line behind others."""
    thief.join(sale)
    Sale.objects.update(is_paused=True)
    thief.come_in(sale)
    return thief.order()


def twice_in_one(inside, thief, sale):
    """Names of another's places in one's own form change nothing."""
    steal(inside, thief, f"pass-{sale.pk}")
    return thief.browser.post(
        thief.now, {**thief.form(), "person": inside.user.actor, "pass": "1"}, headers=JSON
    )


CORPUS = [
    replayed, another_tab, shared, shared_number, number_as_pass, of_another_sale,
    called_but_outside, expired, left, signed_by_another_key, well_signed_without_a_row,
    row_without_signature, before_the_opening, ahead_of_turn, twice_in_one,
]  # fmt: skip
WRONG = [
    "", "1", ":", "1:", ":x", "1:1:1", "-1:AAAA", "9" * 200, "1:" + "A" * 43, "%00", "ö:ö",
    "null", "true", '{"number": 1}', "1;1", "../1",
]  # fmt: skip


@pytest.fixture
def thief(region, inside) -> Visitor:
    return Visitor(region, inside.bucket)


@pytest.mark.parametrize("way", CORPUS, ids=lambda way: way.__name__)
def test_no_way_around_the_line(way, inside, thief, sale):
    answer = way(inside, thief, sale)

    placed = Order.objects.count()
    assert (answer.status_code, answer.json()["code"]) == (429, "wait_in_line")
    assert placed == (1 if way in (replayed, another_tab) else 0)
    assert inventory.left([inside.bucket]) == {inside.bucket: 5 - placed}


@pytest.mark.parametrize("text", WRONG)
@pytest.mark.parametrize("name", ["line", "pass"])
def test_what_is_no_token_says_nothing(visitor, sale, name, text):
    visitor.browser.cookies[f"{name}-{sale.pk}"] = text

    assert visitor.order().status_code == 429
    assert visitor.browser.get(visitor.at(sale, "state.json")).status_code == 404
    assert visitor.browser.get(visitor.at(sale)).status_code == 200
    assert not Turn.objects.exists()
    assert not Order.objects.exists()


def test_every_changed_letter_of_a_pass_breaks_it(inside, sale):
    name = f"pass-{sale.pk}"
    good = inside.browser.cookies[name].value

    for place in range(len(good)):
        letter = "A" if good[place] != "A" else "B"
        inside.browser.cookies[name] = good[:place] + letter + good[place + 1 :]
        assert inside.order().status_code == 429, place

    inside.browser.cookies[name] = good
    assert inside.order().status_code == 201


def test_scopes_are_known_by_what_is_asked_not_by_who_asks(sale, region, visitor):
    asks = [Ask("plain", f"{visitor.bucket}:1000", (Member("any"),)), Ask("nothing", "x")]

    assert queries.covering(region, asks, at=clock.now()) == [sale]
    assert queries.covering(region, asks[1:], at=clock.now()) == []


def test_the_time_inside_ends_by_the_row(inside, sale):
    turn = Turn.objects.get()
    Turn.objects.update(pass_until=turn.entered_at)

    page = inside.browser.get(inside.at(sale)).content.decode()

    assert "Take a place in line" in page
    with pytest.raises(line.TurnOver):
        line.enter(sale=sale, people=[inside.user.actor], at=clock.now())


# --- the hostile day: cancelled, postponed, lost cookies, wrong clocks, tabs ---------------------


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
