"""A ticket by real name is sold before name and number are compared; the gate is told what is known."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import translation

from accounts.travellers import checks
from accounts.travellers import operations as book
from accounts.travellers import queries as people
from accounts.travellers.checks import Outcome
from accounts.travellers.models import Traveller
from bookings.fulfilment import operations as fulfilment
from bookings.orders import operations as orders
from bookings.orders.models import Order
from bookings.vouchers import operations as vouchers
from bookings.vouchers import queries as passes
from bookings.vouchers.models import Voucher
from kernel import clock
from kernel.http import NoAnswer
from tests.bookings.orders.test_settle import money
from tests.factories.accounts import make_traveller, resident_number
from tests.factories.tourism import ProductFactory, ask_for, slot_on
from tests.tourism.conftest import AT, VISIT, wish

pytestmark = pytest.mark.django_db


class Register:
    """Answers as it is told; None: it is down."""

    name = "register"

    def __init__(self) -> None:
        self.says: Outcome | None = None

    def check(self, *, name: str, number: str) -> Outcome:
        if self.says is None:
            raise NoAnswer("down")
        return self.says


@pytest.fixture
def register():
    made = Register()
    checks.use(made)
    yield made
    checks.use(None)


def sell(slot, traveller: Traveller) -> Order:
    [person] = people.by_ids([traveller.pk])
    asked = ask_for(slot, orders.member_of("adult", person))
    order = orders.place(wish(asked, total_fen=19_000), at=AT)
    with transaction.atomic():
        orders.settle(facts=money(order, attempt_id=order.pk), at=AT)
    fulfilment.deliver(order_id=order.pk, at=AT)
    return order


def words(voucher: Voucher) -> str:
    voucher.refresh_from_db()
    return voucher.show["check"].get("en", "")


def answer(traveller: Traveller) -> None:
    book.ask_due(at=AT, traveller_ids=[traveller.pk])
    vouchers.show_check(traveller_id=traveller.pk, at=AT)


def test_with_the_register_down_it_is_sold_and_the_gate_compares(slot, register):
    traveller = make_traveller("guest:a", at=AT)
    book.ask_due(at=AT)

    sell(slot, traveller)

    voucher = Voucher.objects.get()
    assert words(voucher) == "Identity not verified yet: compare the original document"
    expected = passes.expected(
        voucher.zone, organisation_id=slot.product.area.organisation_id, at=slot.starts_at
    )
    with translation.override("en"):
        [row] = expected
        assert row.listed_note.endswith(
            " · Identity not verified yet: compare the original document"
        )


def test_an_answer_after_the_sale_reaches_the_gate(slot, register):
    traveller = make_traveller("guest:a", at=AT)
    sell(slot, traveller)
    voucher = Voucher.objects.get()
    assert words(voucher) == "Identity not verified yet: compare the original document"

    register.says = Outcome.MISMATCH
    answer(traveller)
    assert words(voucher) == "Name and number do not match: compare the original document"

    Traveller.objects.update(check_due_at=AT)
    register.says = Outcome.MATCH
    answer(traveller)
    assert words(voucher) == ""


def test_the_condition_of_the_class_stays_beside_it(slot, register):
    traveller = make_traveller("guest:a", at=AT)
    sell(slot, traveller)
    voucher = Voucher.objects.get()
    voucher.show = {**voucher.show, "condition": {"en": "Student card"}}
    voucher.save()

    register.says = Outcome.MISMATCH
    answer(traveller)
    assert words(voucher) == (
        "Student card; Name and number do not match: compare the original document"
    )

    Traveller.objects.update(check_due_at=AT)
    register.says = Outcome.MATCH
    answer(traveller)
    assert words(voucher) == "Student card"


def test_a_place_that_does_not_ask_for_names_compares_nothing(register):
    slot = slot_on(ProductFactory(area__real_name_required=False), VISIT)
    traveller = make_traveller("guest:a", at=AT)
    sell(slot, traveller)

    answer(traveller)

    assert words(Voucher.objects.get()) == ""


def test_without_a_register_nothing_is_said(slot):
    sell(slot, make_traveller("guest:a", at=AT))

    assert words(Voucher.objects.get()) == ""


def test_the_buyer_is_told_before_paying_and_shown_the_way_out(slot, register, client, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: AT)
    region = slot.product.area.region
    client.get(reverse("travellers:add"))
    client.post(
        reverse("checkout:add", args=[region.slug]),
        {"kind": "ticket", "ref": slot.pk, "class_adult": 1, "next": "/"},
    )
    register.says = Outcome.MISMATCH
    url = reverse("checkout:travellers", args=[region.slug])
    form = {
        "who_0": "0", "new_0-name": "张测试", "new_0-kind": "RESIDENT_ID",
        "new_0-number": resident_number(date(1988, 5, 17)), "shown_total_fen": 19_000,
    }  # fmt: skip
    client.post(url, form)
    traveller = Traveller.objects.get()
    confirm = reverse("checkout:confirm", args=[region.slug])
    assert client.get(confirm).context["mismatched"] == []

    book.ask_due(at=AT)
    page = client.get(confirm)

    assert [one.name for one in page.context["mismatched"]] == ["张测试"]
    assert reverse("travellers:change", args=[traveller.pk]) in page.content.decode()
