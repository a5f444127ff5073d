"""A flagged order leaves the queue when a person says what they found; news brings it back."""

from __future__ import annotations

import pytest
from django.urls import reverse
from django.utils import translation

from accounts.identity import queries as identity
from bookings.orders import operations as orders
from bookings.orders.models import Flag, Order
from kernel.audit.models import Entry
from tests.bookings.conftest import ask
from tests.cast import assemble, enter

pytestmark = pytest.mark.django_db


@pytest.fixture
def flagged(shop, sellers, at) -> Order:
    order = orders.place(shop.wish(ask(shop.bucket(1)), total_fen=1000), at=at)
    Order.objects.filter(pk=order.pk).update(flag=Flag.DISPUTED)
    order.refresh_from_db()
    return order


def look(order: Order, at, *, flag: str = Flag.DISPUTED, why: str = "paid back by phone") -> None:
    orders.look_at(order_id=order.pk, flag=flag, why=why, actor="user:7", at=at)


def test_what_was_found_is_written_down_and_the_order_leaves_the_queue(flagged, at):
    look(flagged, at)

    flagged.refresh_from_db()
    assert flagged.flag == Flag.NONE
    [said] = Entry.objects.filter(subject=flagged.subject)
    assert (said.actor, said.action) == ("user:7", "order.looked-at")
    assert said.facts == {"flag": "DISPUTED", "why": "paid back by phone"}


@pytest.mark.parametrize(
    ("refusal", "wrong"),
    [
        (orders.NoReasonGiven, {"why": "  "}),
        (orders.FlagMoved, {"flag": Flag.RETURNED}),
        (orders.FlagMoved, {"flag": ""}),
    ],
)
def test_without_a_reason_or_of_another_flag_nothing_changes(flagged, at, refusal, wrong):
    with pytest.raises(refusal):
        look(flagged, at, **wrong)

    flagged.refresh_from_db()
    assert flagged.flag == Flag.DISPUTED
    assert not Entry.objects.filter(action="order.looked-at").exists()


def test_it_is_settled_once(flagged, at):
    look(flagged, at)

    with pytest.raises(orders.FlagMoved):
        look(flagged, at)

    assert Entry.objects.filter(action="order.looked-at").count() == 1


def test_the_platform_does_it_on_the_orders_page_and_suppliers_do_not(flagged, shop):
    cast = assemble(shop.region)
    flagged.lines.update(supplier=cast.area)
    page = reverse("admin:bookings_orders_order_change", args=[flagged.pk])
    address = reverse("admin:bookings_orders_order_look_at", args=[flagged.pk])
    platform, supplier = enter(cast.he_ping), enter(cast.li_wei)
    form = {"flag": "DISPUTED", "why": "the bank has decided for us"}

    assert address in platform.get(page).content.decode()
    assert supplier.post(address, form).status_code == 404
    assert Order.objects.get().flag == Flag.DISPUTED
    assert platform.post(address, {**form, "why": ""}).status_code == 200
    assert platform.post(address, form).status_code == 302

    assert Order.objects.get().flag == Flag.NONE
    shown = platform.get(page).content.decode()
    assert "the bank has decided for us" in shown
    assert identity.names_of([cast.he_ping.actor])[cast.he_ping.actor] in shown
    assert address not in shown


def test_people_are_called_by_their_names():
    with translation.override("zh-hans"):
        named = identity.names_of(["user:0", "guest:abc", "system", "user:x"])

    assert named == {"user:0": "user:0", "guest:abc": "访客", "system": "本站", "user:x": "user:x"}
