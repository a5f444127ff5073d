"""A clerk sells by the keys: documents in, cash in, codes out; the drawer and the report agree."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from accounts.organisations.models import Role
from accounts.travellers.models import Traveller
from accounts.travellers.names import mask_name
from bookings.cash import operations as drawers
from bookings.cash.models import Shift
from bookings.codes import queries as issued
from bookings.desk import operations as desk
from bookings.desk import queries
from bookings.desk.models import Sale
from bookings.fulfilment import operations as fulfilment
from bookings.inventory import queries as counts
from bookings.inventory.models import Channel, Quota
from bookings.orders import operations as orders
from bookings.orders.models import Order
from bookings.vouchers.models import Pass, Voucher
from kernel import clock
from kernel.audit.models import Entry
from kernel.outbox import operations as outbox
from tests.bookings.orders.test_settle import money
from tests.cast import enter
from tests.factories.accounts import MembershipFactory, make_traveller, resident_number
from tests.factories.tourism import ProductFactory, ask_for, person, slot_on
from tests.tourism.conftest import AT, VISIT, wish
from tourism.tickets.models import ChannelShare, PersonLimit, Product

pytestmark = pytest.mark.django_db

ADULT = 19_000
GRANNY, GRANDPA = resident_number(date(1950, 3, 4)), resident_number(date(1963, 3, 4), 997)


@pytest.fixture
def product(db) -> Product:
    """By real name; of each entry time a tenth for the counter for good."""
    made = ProductFactory()
    ChannelShare.objects.create(
        product=made, channel=Channel.COUNTER, permille=100, release_days=None
    )
    return made


@pytest.fixture
def morning(slot, monkeypatch):
    now = slot.starts_at + timedelta(minutes=30)
    monkeypatch.setattr(clock, "now", lambda: now)
    return now


def clerk_of(product: Product, float_fen: int = 0) -> Client:
    member = MembershipFactory(organisation=product.area.organisation, role=Role.COUNTER)
    drawers.open_shift(
        clerk_id=member.user_id,
        organisation_id=product.area.organisation_id,
        float_fen=float_fen,
        at=clock.now(),
    )
    return enter(member.user)


def form(slot, people: str = "", **more):
    return {
        "what": f"ticket:{slot.pk}", "people": people, "contact": "", "given": "",
        "request_key": "key-of-this-sale", **more,
    }  # fmt: skip


def sell(browser: Client, slot, people: str = "", **more):
    """As the script does it: the sum first, then the sale for it."""
    typed = form(slot, people, **more)
    shown = browser.post(reverse("desk:price"), typed).json()
    return browser.post(
        reverse("desk:sell"), {**typed, "shown_total_fen": shown.get("total_fen", "")}
    )


def deliver(order: Order) -> None:
    outbox.relay(at=clock.now())
    order.refresh_from_db()
    fulfilment.deliver(order_id=order.pk, at=clock.now())


def left(slot) -> dict[str, int]:
    rows = Quota.objects.filter(whole=slot.bucket_id).values_list("channel", "bucket_id")
    by_bucket = counts.left([bucket for _channel, bucket in rows])
    return {channel: by_bucket[bucket] for channel, bucket in rows}


def test_two_elders_are_sold_by_their_cards_at_their_own_prices(slot, morning):
    browser = clerk_of(slot.product)

    answer = sell(browser, slot, f"{GRANNY} 李奶奶\n{GRANDPA} 李爷爷", given="100")

    order = Order.objects.get()
    assert answer.url == reverse("desk:print", args=[order.code])
    [line] = order.lines.all()
    assert [(p.class_code, p.price_fen) for p in line.frozen_parts] == [
        ("senior_free", 0), ("senior_half", 9500),
    ]  # fmt: skip
    sale = Sale.objects.get()
    shift = Shift.objects.get()
    assert (sale.order_id, sale.shift_id, sale.given_fen) == (order.pk, shift.pk, 10_000)
    assert (order.channel, order.user_id, shift.taken_fen) == ("counter", None, 9500)
    assert left(slot) == {"own": 45, "counter": 3}


def test_the_price_writes_nothing(slot, morning):
    browser = clerk_of(slot.product)

    said = browser.post(reverse("desk:price"), form(slot, f"{GRANDPA} 李爷爷", n_adult="1")).json()

    assert said["total_fen"] == 9500
    assert not Order.objects.exists()
    assert not Traveller.objects.exists()


def test_without_a_script_the_first_post_shows_the_sum_and_the_next_sells(slot, morning):
    browser = clerk_of(slot.product)
    typed = form(slot, f"{GRANDPA} 李爷爷")

    page = browser.post(reverse("desk:sell"), typed)

    assert page.context["offer"].price_fen == 9500
    assert not Order.objects.exists()
    browser.post(reverse("desk:sell"), {**typed, "shown_total_fen": "9500"})
    assert Shift.objects.get().taken_fen == 9500


def test_the_same_form_twice_is_one_sale(slot, morning):
    browser = clerk_of(slot.product)

    first = sell(browser, slot, f"{GRANDPA} 李爷爷")
    again = browser.post(
        reverse("desk:sell"), {**form(slot, f"{GRANDPA} 李爷爷"), "shown_total_fen": "9500"}
    )

    assert first.url == again.url or again.status_code == 200
    assert (Sale.objects.count(), Shift.objects.get().taken_fen) == (1, 9500)


@pytest.mark.parametrize(
    ("people", "more", "code"),
    [
        ("", {}, "Scan a document"),
        ("", {"n_adult": "2"}, "who travels"),
        (f"{GRANNY[:-1]}{'0' if GRANNY[-1] != '0' else '1'} 李奶奶", {}, "last character"),
        ("AAB123456 García López", {}, "date of birth"),
    ],
)
def test_what_cannot_be_sold_says_why_and_nothing_is_taken(slot, morning, people, more, code):
    browser = clerk_of(slot.product)
    typed = {**form(slot, people, **more), "shown_total_fen": "38000"}

    page = browser.post(reverse("desk:sell").replace("/zh-hans/", "/en/"), typed)

    assert page.status_code == 200
    assert code in page.content.decode()
    assert not Order.objects.exists()
    assert Shift.objects.get().taken_fen == 0


def test_less_cash_than_the_sum_is_refused(slot, morning):
    browser = clerk_of(slot.product)

    sell(browser, slot, f"{GRANDPA} 李爷爷", given="90")

    assert not Order.objects.exists()
    assert Shift.objects.get().taken_fen == 0


def test_a_visitor_from_spain_is_sold_by_passport_and_printed_in_full(slot, morning):
    browser = clerk_of(slot.product)
    name = "María Fernanda Íñiguez de la Peña Zúñi"

    answer = sell(browser, slot, f"AAB123456 {name} 1970-05-01")
    order = Order.objects.get()
    deliver(order)
    page = browser.get(answer.url).content.decode()

    assert len(name) == 38
    assert mask_name(name) in page
    assert name not in page
    assert Pass.objects.get().holder == name
    assert "AAB123456" not in page


def test_online_sells_nine_tenths_and_the_counter_the_rest_for_cash(slot, morning):
    for first in (1000, 1015, 1030):
        sell_online(slot, first, 15)
    with pytest.raises(orders.SoldOut):
        sell_online(slot, 2000, 1)
    browser = clerk_of(slot.product)

    for number in range(5):
        card = resident_number(date(1990, 1, 2 + number))
        sell(browser, slot, f"{card} 张测试", request_key=f"key-of-sale-{number}")
    more = sell(browser, slot, f"{GRANDPA} 李爷爷", request_key="one-too-many")

    assert more.status_code == 200
    assert left(slot) == {"own": 0, "counter": 0}
    assert Sale.objects.count() == 5
    assert Shift.objects.get().taken_fen == 5 * ADULT
    whole = counts.counts([slot.bucket_id])[slot.bucket_id]
    assert whole == (50, 50)


def sell_online(slot, first: int, number: int) -> None:
    people = [person(first + n) for n in range(number)]
    order = orders.place(wish(ask_for(slot, *people), total_fen=ADULT * number), at=AT)
    with transaction.atomic():
        orders.settle(facts=money(order, attempt_id=order.pk), at=AT)


def test_one_document_has_one_place_a_day_though_two_clerks_sell(slot, product, morning):
    PersonLimit.objects.create(product=product, period="DAY", most=1)
    later = slot_on(product, VISIT, time(13))
    first, second = clerk_of(product), clerk_of(product)

    sell(first, slot, f"{GRANDPA} 李爷爷")
    again = sell(second, later, f"{GRANDPA} 李爷爷", request_key="another-key")

    assert again.status_code == 200
    assert Sale.objects.count() == 1
    sale = Sale.objects.get()
    assert sale.order.actor == f"user:{sale.shift.clerk_id}"


def test_the_report_counts_by_thing_and_class_and_equals_the_drawer(slot, morning):
    browser = clerk_of(slot.product, float_fen=20_000)
    sell(browser, slot, f"{GRANNY} 李奶奶\n{GRANDPA} 李爷爷", request_key="the-first-sale")
    sell(browser, slot, f"{resident_number(date(1990, 1, 2))} 张测试", request_key="the-second-one")
    shift = Shift.objects.get()

    rows = queries.counted(shift)

    assert {row.class_title: (row.count, row.fen) for row in rows} == {
        "senior_free": (1, 0), "senior_half": (1, 9500), "adult": (1, ADULT),
    }  # fmt: skip
    assert sum(row.fen for row in rows) == shift.taken_fen == shift.expected_fen - 20_000
    page = browser.get(reverse("desk:report", args=[shift.pk]))
    assert page.context["count"] == 3
    assert "Change at the beginning" in page.text, (
        "what should be in the drawer adds up on the paper"
    )


def test_the_desk_says_how_full_it_is_and_what_is_shut(slot, morning):
    page = clerk_of(slot.product).get(reverse("desk:sell"))

    assert f'data-poll="load-{slot.product.area.place_id}"' in page.text


@pytest.mark.parametrize("by", ["card", "phone", "order", "code"])
def test_a_lost_paper_is_found_printed_anew_and_the_old_code_is_dead(slot, morning, by):
    browser = clerk_of(slot.product)
    sell(browser, slot, f"{GRANDPA} 李爷爷", contact="16100000009")
    order = Order.objects.get()
    deliver(order)
    [old] = queries.papers(order, at=clock.now())
    carrier = Pass.objects.get()
    text = {
        "card": GRANDPA, "phone": "161 0000 0009", "order": order.code, "code": carrier.short_code,
    }[by]  # fmt: skip

    page = browser.post(reverse("desk:lost"), {"text": text})
    assert [each.pk for each in page.context["found"]] == [carrier.pk]
    answer = browser.post(reverse("desk:lost"), {"pass": carrier.pk})

    assert answer.url == f"{reverse('desk:print', args=[order.code])}?pass={carrier.pk}"
    [new] = queries.papers(order, at=clock.now())
    assert new.code_text != old.code_text
    with pytest.raises(issued.Superseded):
        issued.verify(old.code_text, at=clock.now())
    now = issued.verify(new.code_text, at=clock.now())
    assert new.short_code != old.short_code
    assert now.sequence == issued.sequences([carrier.serial])[carrier.serial] == 1


def test_another_house_finds_and_prints_nothing(slot, morning):
    browser = clerk_of(slot.product)
    sell(browser, slot, f"{GRANDPA} 李爷爷")
    order = Order.objects.get()
    deliver(order)
    stranger = clerk_of(ProductFactory())

    assert stranger.post(reverse("desk:lost"), {"text": order.code}).context["found"] == []
    assert stranger.post(reverse("desk:lost"), {"pass": Pass.objects.get().pk}).status_code == 200
    assert issued.sequences([Pass.objects.get().serial]) == {Pass.objects.get().serial: 0}
    assert stranger.get(reverse("desk:print", args=[order.code])).status_code == 404
    assert (
        stranger.get(reverse("desk:report", args=[Shift.objects.earliest("pk").pk])).status_code
        == 404
    )


def test_the_family_at_home_finds_what_the_counter_sold_to_its_phone(slot, morning):
    browser = clerk_of(slot.product)

    sell(browser, slot, f"{GRANDPA} 李爷爷", contact="16100000009")

    assert Order.objects.get().contact_masked == "161****0009"


@pytest.mark.parametrize(
    ("typed", "said"),
    [("2x", "is not a number of people"), ("-1", "is not a number"), ("51", "50 people")],
)
def test_how_many_come_is_read_exactly_or_refused(slot, morning, typed, said):
    """Sixty adults are not sold as fifty, and "2x" not as nobody."""
    product = slot.product
    clerk = clerk_of(product)

    price = clerk.post(reverse("desk:price"), form(slot, n_adult=typed))
    page = sell(clerk, slot, n_adult=typed)

    assert price.status_code == 400
    assert said in price.json()["reason"]
    assert said in page.content.decode()
    assert not Order.objects.exists()


@pytest.mark.parametrize("pass_id", ["9" * 5000, "x", "-1", "٣"])
def test_a_pass_that_is_no_number_is_refused(slot, morning, pass_id):
    clerk = clerk_of(slot.product, 10_000)
    sell(clerk, slot, f"{GRANNY} 李奶奶")
    order = Order.objects.get()

    printed = clerk.get(reverse("desk:print", args=[order.code]), {"pass": pass_id})
    again = clerk.post(reverse("desk:lost"), {"pass": pass_id})

    assert printed.status_code == 400
    assert again.context["refusal"].code == "bad_input"


class TestPeopleAreForgotten:
    """Documents that a counter has read are deleted ninety days after the visit."""

    @pytest.fixture
    def sold(self, slot, product, morning) -> Order:
        sell(
            clerk_of(product),
            slot,
            f"{GRANNY} 李奶奶",
            given="200",
            request_key="a-sale-at-the-desk",
        )
        order = Order.objects.get(channel="counter")
        outbox.drain(at=morning)
        make_traveller("user:7", sequence=998, at=AT)
        return order

    def over(self, order: Order, days: int):
        last = Voucher.objects.filter(line__order=order).latest("valid_until")
        return last.valid_until + timedelta(days=days)

    def books(self) -> list[str]:
        return sorted(
            owner.partition(":")[0] for owner in Traveller.objects.values_list("owner", flat=True)
        )

    def test_ninety_days_after_the_visit(self, sold):
        assert desk.forget_old(at=self.over(sold, 90)) == 0
        assert self.books() == ["counter", "user"]

        assert desk.forget_old(at=self.over(sold, 91)) == 1

        assert self.books() == ["user"]
        assert Pass.objects.get(order=sold).holder == "李奶奶"
        assert Entry.objects.get(action="desk.people.forget").facts == {"people": 1}

    def test_who_bought_nothing_goes_as_well(self, slot, product, morning):
        make_traveller("counter:1:a-sale-that-came-to-nothing", at=morning)

        assert desk.forget_old(at=morning + timedelta(days=89)) == 0
        assert desk.forget_old(at=morning + timedelta(days=91)) == 1

    def test_again_is_nothing_and_is_not_written_down(self, sold):
        desk.forget_old(at=self.over(sold, 91))

        assert desk.forget_old(at=self.over(sold, 92)) == 0
        assert Entry.objects.filter(action="desk.people.forget").count() == 1
