"""Rides and services beside admission: ticked on one page, bought in one order, each within its own count."""

from __future__ import annotations

import re
from datetime import date, time

import pytest
from django.contrib.messages import get_messages
from django.test import Client

from bookings.baskets.models import Item
from bookings.contracts import Ask, Demand, Direction, Member
from bookings.inventory import operations as inventory
from bookings.inventory import queries as counts
from bookings.orders import operations as orders
from bookings.orders.models import Order
from bookings.waitlist import operations as waitlist
from kernel import clock
from kernel.errors import Refusal
from tests.cast import enter
from tests.factories.accounts import TouristFactory, make_traveller
from tests.factories.tourism import (
    CablewayFactory,
    addon_product,
    ask_for,
    party,
    person,
    ride_product,
    slot_on,
)
from tests.tourism.conftest import AT, VISIT, wish
from tourism.areas.models import Gate, JointScan, Scans
from tourism.areas.posts import area_posts
from tourism.sellables.ticket import Ride, Service, Ticket
from tourism.tickets import offers
from tourism.tickets.extras import extras_of
from tourism.tickets.models import Product, Slot, Way
from tourism.tickets.posts import desk_posts

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def stopped_clock(monkeypatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: AT)


@pytest.fixture
def ride(product: Product) -> Product:
    return ride_product(CablewayFactory(area=product.area))


@pytest.fixture
def morning(ride: Product) -> Slot:
    """09:00 to 10:00: 120 are carried up."""
    return slot_on(ride, VISIT, time(9), ends=time(10), permille=1000)


@pytest.fixture
def chairs(product: Product) -> Slot:
    """Two wheelchairs for the day."""
    return slot_on(addon_product(product.area, stock=2), VISIT)


def post(client: Client, product: Product, **data: object):
    region = product.area.region.slug
    return client.post(f"/en/{region}/areas/{product.area.slug}/add/", data)


def items() -> list[tuple[str, str, list[str]]]:
    return list(Item.objects.order_by("kind").values_list("kind", "ref", "classes"))


def take_all(slot: Slot) -> None:
    capacity, _taken = counts.counts([slot.bucket_id])[slot.bucket_id][:2]
    inventory.take([[Demand(slot.bucket_id, capacity)]])


def test_what_is_ticked_goes_into_the_cart_with_the_ticket(client, product, slot, morning, chairs):
    answer = post(
        client, product, ref=slot.pk, class_adult=2, class_minor_half=1,
        ride=[morning.product_id], **{f"time_{morning.product_id}": morning.pk},
        **{f"time_{chairs.product_id}": chairs.pk, f"many_{chairs.product_id}": 1},
    )  # fmt: skip

    assert answer.url.endswith("/cart/")
    assert items() == [
        ("ride", str(morning.pk), ["adult", "adult", "adult"]),
        ("service", str(chairs.pk), ["adult"]),
        ("ticket", str(slot.pk), ["adult", "adult", "minor_half"]),
    ]


@pytest.mark.parametrize(
    ("chosen", "there"),
    [
        ("adult", "adult"),
        ("child_free", "child"),
        ("senior_free", "adult"),
        ("student_half", "adult"),
    ],
)
def test_a_class_of_the_gate_rides_as_its_age_says(client, product, slot, morning, chosen, there):
    post(
        client, product, ref=slot.pk, ride=[morning.product_id],
        **{f"class_{chosen}": 1, f"time_{morning.product_id}": morning.pk},
    )  # fmt: skip

    assert items()[0] == ("ride", str(morning.pk), [there])


def test_what_is_not_ticked_is_not_asked_for(client, product, slot, morning, chairs):
    post(
        client, product, ref=slot.pk, class_adult=1,
        **{f"time_{morning.product_id}": morning.pk, f"time_{chairs.product_id}": chairs.pk},
        **{f"many_{chairs.product_id}": 0},
    )  # fmt: skip

    assert [kind for kind, _ref, _classes in items()] == ["ticket"]


def test_a_service_that_is_gone_does_not_keep_the_ticket_out(client, product, slot, chairs):
    take_all(chairs)
    Slot.objects.filter(pk=chairs.pk).update(is_open=False)

    answer = post(
        client, product, ref=slot.pk, class_adult=1,
        **{f"time_{chairs.product_id}": chairs.pk, f"many_{chairs.product_id}": 1},
    )  # fmt: skip

    assert answer.url.endswith("/cart/")
    assert [kind for kind, _ref, _classes in items()] == ["ticket"]
    assert ["closed" in str(each) for each in get_messages(answer.wsgi_request)] == [True]


def test_a_service_is_bought_without_a_ticket(client, product, slot, chairs):
    post(
        client, product,
        **{f"time_{chairs.product_id}": chairs.pk, f"many_{chairs.product_id}": 2},
    )  # fmt: skip

    assert items() == [("service", str(chairs.pk), ["adult", "adult"])]


class TestOrderedAtOnce:
    """For people of one's book, from the page that sells rides and services too."""

    @pytest.fixture
    def buyer(self):
        return TouristFactory()

    @pytest.fixture
    def people(self, buyer) -> list[int]:
        return [make_traveller(buyer.actor, sequence=n).pk for n in (311, 313)]

    def area_page(self, browser: Client, product: Product) -> str:
        place = f"/en/{product.area.region.slug}/areas/{product.area.slug}/?day={VISIT}"
        return browser.get(place).content.decode()

    def test_with_what_is_ticked(self, buyer, people, product, slot, morning, chairs):
        browser = enter(buyer)
        assert "Order now for people in my book" in self.area_page(browser, product)

        way = post(
            browser, product, now=1, ref=slot.pk, class_adult=1, ride=[morning.product_id],
            **{f"time_{morning.product_id}": morning.pk, f"time_{chairs.product_id}": chairs.pk},
            **{f"many_{chairs.product_id}": 1},
        )  # fmt: skip
        shown = browser.get(way.url + "".join(f"&who={who}" for who in people))
        form = dict(re.findall(r'name="(shown_total_fen|request_key)" value="([\w-]+)"',
                               shown.content.decode()))  # fmt: skip
        chosen = {"kind": ["ticket", "ride", "service"], "many": ["0", "0", "1"],
                  "ref": [slot.pk, morning.pk, chairs.pk], "who": people}  # fmt: skip
        answer = browser.post(way.url.partition("?")[0], {**chosen, **form, "contact": ""})

        order = Order.objects.get()
        assert answer.url == f"/en/o/{order.token}/pay/"
        assert {line.kind: len(line.parts) for line in order.lines.all()} == {
            "ticket": 2, "ride": 2, "service": 1,
        }  # fmt: skip
        assert order.total_fen == 2 * 19_000 + 2 * 8_000 + 2_000
        assert items() == []

    def test_or_with_the_ticket_alone(self, buyer, people, product, slot, morning, chairs):
        way = post(
            enter(buyer), product, now=1, ref=slot.pk, class_adult=0,
            **{f"time_{morning.product_id}": morning.pk, f"many_{chairs.product_id}": 0},
        )  # fmt: skip

        assert way.url.endswith(f"/checkout/now/?kind=ticket&ref={slot.pk}&many=0")
        page = enter(buyer).get(f"{way.url}&who={people[0]}").content.decode()
        assert 'name="shown_total_fen" value="19000"' in page

    def test_without_an_entry_time_it_says_so(self, buyer, product, slot, chairs):
        answer = post(
            enter(buyer), product, now=1,
            **{f"time_{chairs.product_id}": chairs.pk, f"many_{chairs.product_id}": 1},
        )  # fmt: skip

        assert [str(each) for each in get_messages(answer.wsgi_request)] == [
            "Please choose an entry time."
        ]
        assert not Order.objects.exists()


@pytest.mark.parametrize("many", [["1"], ["-1", "0"], ["51", "0"], ["x", "0"]])
def test_numbers_that_fit_nothing_are_refused(client, slot, morning, many):
    place = f"/en/{slot.product.area.region.slug}/checkout/now/"

    answer = client.get(
        place, {"kind": ["ticket", "ride"], "ref": [slot.pk, morning.pk], "many": many}
    )

    assert answer.status_code == 400


def test_nothing_ticked_and_nobody_going_is_said(client, product, slot):
    answer = post(client, product, ref=slot.pk, class_adult=0)

    assert [str(each) for each in get_messages(answer.wsgi_request)] == [
        "Please say how many people are going."
    ]
    assert items() == []


def test_a_ride_of_another_area_is_asked_for_by_nobody(client, product, slot):
    foreign = slot_on(ride_product(), VISIT, time(9), ends=time(10))

    post(
        client, product, ref=slot.pk, class_adult=1, ride=[foreign.product_id],
        **{f"time_{foreign.product_id}": foreign.pk},
    )  # fmt: skip

    assert [kind for kind, _ref, _classes in items()] == ["ticket"]


def test_the_page_offers_times_with_room_and_a_waiting_list_where_there_is_none(
    client, product, slot, morning, chairs
):
    take_all(chairs)

    up, lent = extras_of(product.area_id, VISIT, AT)
    html = client.get(f"/en/{product.area.region.slug}/areas/{product.area.slug}/?day={VISIT}")

    assert [(time.label, time.left) for time in up.times] == [("09:00–10:00", 120)]
    assert (up.adult_fen, up.child_fen, up.waiting) == (8_000, 4_000, "")
    assert lent.times == ()
    assert lent.waiting.endswith(f"?kind=service&ref={chairs.pk}")
    page = html.content.decode()
    assert f'name="time_{morning.product_id}"' in page
    assert f"kind=service&amp;ref={chairs.pk}" in page
    assert f'action="/en/{product.area.region.slug}/areas/{product.area.slug}/add/"' in page


def test_gate_ride_and_chair_are_one_order_and_each_count_goes_down(slot, morning, chairs):
    asks = (
        ask_for(slot, person(1), person(2)),
        ask_for(morning, person(1), person(2)),
        ask_for(chairs, *party("adult")),
    )

    order = orders.place(wish(*asks, total_fen=2 * 19_000 + 2 * 8_000 + 2_000), at=AT)

    assert sorted(order.lines.values_list("kind", flat=True)) == ["ride", "service", "ticket"]
    taken = counts.counts([slot.bucket_id, morning.bucket_id, chairs.bucket_id])
    assert [taken[each.bucket_id][1] for each in (slot, morning, chairs)] == [2, 2, 1]


def test_no_more_ride_in_an_hour_than_are_carried(morning):
    inventory.take([[Demand(morning.bucket_id, 119)]])
    orders.place(wish(ask_for(morning, person(1)), total_fen=8_000), at=AT)

    with pytest.raises(Refusal):
        orders.place(wish(ask_for(morning, person(2)), total_fen=8_000, actor="guest:b"), at=AT)

    assert Order.objects.count() == 1
    assert counts.counts([morning.bucket_id])[morning.bucket_id][:2] == (120, 120)


def test_a_child_pays_the_published_price_of_the_season(morning, ride):
    winter = slot_on(ride, date(2026, 12, 16), time(9))
    child = person(1, date(2018, 5, 1))

    [summer_offer, winter_offer] = offers.offer(
        [ask_for(morning, child), ask_for(winter, child)], at=AT
    )

    assert (summer_offer.price_fen, winter_offer.price_fen) == (4_000, 3_500)


@pytest.mark.parametrize("seller", [Ticket(), Ride(), Service()])
def test_a_seller_knows_only_its_own_entry_times(slot, morning, chairs, seller):
    asks = [Ask(seller.kind, str(each.pk), (Member("adult"),)) for each in (slot, morning, chairs)]

    answers = seller.offer(asks=asks, at=AT)

    kinds = ("ticket", "ride", "service")
    assert [not isinstance(answer, Refusal) for answer in answers] == [
        kind == seller.kind for kind in kinds
    ]


def test_a_ride_is_good_at_the_station_where_it_begins(product):
    lift = CablewayFactory(area=product.area)
    up, down = (slot_on(ride_product(lift, way), VISIT, time(9), ends=time(10)) for way in Way)

    offered = offers.offer([ask_for(up, person(1)), ask_for(down, person(1))], at=AT)

    assert [offer.facts["zone"] for offer in offered] == [f"lift:{lift.pk}"] * 2
    assert [offer.facts["doors_in"] for offer in offered] == [
        [lift.from_place.slug],
        [lift.to_place.slug],
    ]


def test_in_by_the_front_and_out_by_the_back(product, slot):
    area = product.area
    front, back = (
        Gate.objects.create(area=area, place=area.place, slug=each, name_zh=each)
        for each in ("front", "back")
    )
    product.gates_in.add(front)
    product.gates_out.add(back)
    product.reentry, product.reentry_days = "AFTER_EXIT", 3
    product.save()

    [offer] = offers.offer([ask_for(slot, person(1))], at=AT)

    assert (offer.facts["doors_in"], offer.facts["doors_out"]) == (["front"], ["back"])
    assert (offer.facts["reentry"], offer.facts["reentry_days"]) == ("AFTER_EXIT", 3)


def test_gates_scan_the_ways_they_are_set_to_and_use_up_what_is_joined(product):
    area, lift = product.area, CablewayFactory(area=product.area)
    gate = Gate.objects.create(
        area=area, place=area.place, slug="north", name_zh="北门", scans=Scans.BOTH
    )
    JointScan.objects.create(area=area, gate=gate, also=lift)
    JointScan.objects.create(area=area, station=lift)

    posts = area_posts(organisation_ids={area.organisation_id}, at=AT)

    assert [(post.key, post.direction, post.also) for post in posts] == [
        (f"area:{area.pk}@north", Direction.IN, (f"lift:{lift.pk}",)),
        (f"area:{area.pk}@north.out", Direction.OUT, ()),
        (f"lift:{lift.pk}@{lift.from_place.slug}", Direction.IN, (f"area:{area.pk}",)),
        (f"lift:{lift.pk}@{lift.to_place.slug}", Direction.IN, (f"area:{area.pk}",)),
    ]


def test_what_is_lent_is_handed_out_at_the_desk_of_its_area(product, chairs):
    own = {product.area.organisation_id}

    [post] = desk_posts(organisation_ids=own, at=AT)

    assert post.zone == f"desk:{product.area_id}"
    assert list(desk_posts(organisation_ids=own, at=AT, zone=post.zone)) == [post]
    assert list(desk_posts(organisation_ids=own, at=AT, zone=product.area.zone)) == []
    assert list(desk_posts(organisation_ids={0}, at=AT)) == []


def test_a_service_that_is_gone_has_a_waiting_list_of_its_own(slot, chairs):
    counted = (chairs.bucket_id, chairs.day.bucket_id, chairs.day.own_bucket_id)
    inventory.take([[Demand(bucket, 2) for bucket in counted]])
    entry = waitlist.join(
        waitlist.JoinRequest(
            actor="guest:me", request_key="k", region=chairs.product.area.region, kind="service",
            refs=(str(chairs.pk),), party=(("adult", 0),), limit_fen=2_000, language="en",
            contact="16100000001",
        ),
        at=AT,
    )  # fmt: skip

    orders.place(wish(ask_for(slot, person(1)), total_fen=19_000), at=AT)
    inventory.give_back([Demand(bucket, 1) for bucket in counted], at=AT)
    waitlist.serve(region_id=chairs.region_id, owner="one", at=AT)

    entry.refresh_from_db()
    assert (entry.state, entry.order.total_fen) == ("OFFERED", 2_000)
