"""A ticket does not change hands by changing its traveller in the book (ID-02, ID-08)."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction

from accounts.travellers import operations as book
from accounts.travellers.models import Traveller
from bookings.fulfilment import operations as fulfilment
from bookings.holders import operations
from bookings.orders.models import State
from bookings.vouchers.models import Pass
from config.demo.visitors import document_number
from tests.bookings.holders.test_transfer import (
    AT,
    OWNER,
    carrier,
    first,
    now,
    order,
    product,
    sell,
    slot,
    state,
    traveller,
)
from tests.factories.tourism import slot_on

__all__ = ["carrier", "first", "now", "order", "product", "slot"]
pytestmark = pytest.mark.django_db

OTHER = 9


def change(person: Traveller, name: str = "测试1", number: str = "", at=AT, **more) -> Traveller:
    return book.change(
        traveller_id=person.pk, actors=[OWNER], at=at, name=name, kind="RESIDENT_ID",
        number=number, **more,
    )  # fmt: skip


def all_of_it() -> list[object]:
    return [*state(), list(Traveller.objects.order_by("pk").values())]


@pytest.mark.parametrize(
    ("name", "number"),
    [("别人", ""), ("测试1", document_number(OTHER)), ("别人", document_number(OTHER))],
)
def test_who_holds_a_ticket_keeps_name_and_number(carrier, first, name, number):
    before = all_of_it()

    with pytest.raises(book.HoldsPlace) as refused:
        change(first, name, number)

    assert "2026-10-03" in refused.value.reason
    assert all_of_it() == before


def test_neither_does_the_same_number_typed_with_another_name(carrier, first):
    before = all_of_it()

    with pytest.raises(book.HoldsPlace):
        book.remember(
            actor=OWNER, name="别人", kind="RESIDENT_ID", number=document_number(1), at=AT
        )

    assert all_of_it() == before


def test_a_phone_and_the_same_particulars_are_free(carrier, first):
    changed = change(first, number=document_number(1), phone="16100000003")

    assert changed.phone_masked == "161****0003"


def test_what_is_paid_but_not_delivered_yet_counts(slot, first, monkeypatch):
    monkeypatch.setattr(fulfilment, "deliver", lambda **_facts: None)
    order = sell(slot, first)
    assert order.lines.get().state == State.PAID
    before = all_of_it()

    with pytest.raises(book.HoldsPlace):
        change(first, number=document_number(OTHER))

    assert all_of_it() == before


def test_after_the_visit_and_after_a_cancellation_the_book_is_free_again(carrier, order, first):
    late = AT + timedelta(days=4)

    assert change(first, "改名", at=late).name == "改名"
    order.lines.update(state=State.CANCELLED)
    carrier.vouchers.update(state="VOIDED", voided_at=AT)
    assert change(first, "又改").name == "又改"


def test_who_gave_it_away_is_free_and_who_got_it_is_not(carrier, first):
    second = traveller(2)
    operations.hand_over(carrier=carrier, traveller_id=second.pk, actor=OWNER, at=AT)

    assert change(first, "改名").name == "改名"
    with pytest.raises(book.HoldsPlace):
        change(second, "改名")


def test_a_number_put_right_on_one_ticket_reaches_no_other(product, slot, first, carrier):
    """Otherwise several corrections, one a ticket, would make another person of the others' holder."""
    later = sell(slot_on(product, slot.starts_at.date() + timedelta(days=1), permille=50), first,
                 key="request-key-2")  # fmt: skip
    other = Pass.objects.get(order=later)
    given = operations.Details(name="测试1", kind="RESIDENT_ID", number=document_number(OTHER))

    operations.correct(carrier=carrier, details=given, actors=[OWNER], at=AT)

    carrier.refresh_from_db()
    first.refresh_from_db()
    assert other.traveller_id == first.pk != carrier.traveller_id
    assert first.document_index == traveller(1).document_index


def test_a_change_that_overtakes_the_order_is_found_when_it_is_delivered(slot, first, monkeypatch):
    """Both began before either was written: the ticket is refused and paid back, nobody unchecked goes."""
    deliver = fulfilment.deliver

    def changed_before(*, order_id, at):
        number = document_number(OTHER)
        with transaction.atomic():
            book.put_right(
                traveller_id=first.pk, actors=[OWNER], at=AT, name="测试1", kind="RESIDENT_ID",
                number=number,
            )  # fmt: skip
        return deliver(order_id=order_id, at=at)

    monkeypatch.setattr(fulfilment, "deliver", changed_before)
    order = sell(slot, first)

    assert order.lines.get().state == State.REFUSED
    assert not Pass.objects.filter(order=order).exists()
