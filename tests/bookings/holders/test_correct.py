"""A wrong document put right: the same person, no handing over; the gate lets them in by the same code."""

from __future__ import annotations

from datetime import timedelta

import pytest

from accounts.travellers import checks
from accounts.travellers import operations as book
from accounts.travellers.checks import Outcome
from accounts.travellers.models import Traveller
from bookings.codes import queries as codes
from bookings.holders import operations
from bookings.holders.models import Correction, Transfer
from bookings.orders import operations as orders
from bookings.vouchers import operations as vouchers
from bookings.vouchers import queries
from bookings.vouchers.models import Pass, Redemption, Voucher
from config.demo.visitors import document_number
from kernel import invariants
from kernel.audit.models import Entry
from tests.bookings.holders.test_transfer import (
    AT,
    OWNER,
    carrier,
    first,
    now,
    order,
    post,
    product,
    sell,
    slot,
    state,
    traveller,
)
from tourism.tickets.models import Admission, PersonLimit
from tourism.tickets.operations import AlreadyHolds

__all__ = ["carrier", "first", "now", "order", "post", "product", "slot"]
pytestmark = pytest.mark.django_db

OTHER = 9


def details(name: str = "测试1", number: str = "") -> operations.Details:
    return operations.Details(name=name, kind="RESIDENT_ID", number=number)


def correct(carrier, name: str = "测试1", number: int | None = OTHER) -> Correction:
    text = "" if number is None else document_number(number)
    given = details(name, text)
    return operations.correct(carrier=carrier, details=given, actors=[OWNER], at=AT)


def all_of_it() -> list[object]:
    return [*state(), list(Traveller.objects.order_by("pk").values()), Correction.objects.count()]


def test_a_wrong_number_is_put_right_and_the_same_code_lets_in(carrier, order, post, slot, first):
    [printed] = queries.passes(order, at=AT)

    assert correct(carrier).what == "NUMBER"

    first.refresh_from_db()
    assert Admission.objects.get().document_index == first.document_index
    [person] = order.lines.get().facts["people"].values()
    assert person["index"] == first.document_index
    assert not Transfer.objects.exists()
    assert Entry.objects.get(action="passes.corrected").facts["what"] == "NUMBER"
    assert invariants.check_all(at=AT) == []
    inside = slot.starts_at + timedelta(minutes=5)
    text = printed.code_text
    vouchers.redeem(text=text, post=post, actor="user:1", request_key="a", at=inside)
    assert Redemption.objects.count() == 1


def test_a_misspelt_name_is_put_right(carrier):
    assert correct(carrier, "测试一", None).what == "NAME"

    carrier.refresh_from_db()
    assert carrier.holder == "测试一"


def test_another_person_is_no_correction(carrier):
    """Neither at once nor in two steps, nor of what belongs together."""
    before = all_of_it()
    with pytest.raises(operations.NotTheSame):
        correct(carrier, "李四")
    assert all_of_it() == before

    correct(carrier)
    before = all_of_it()
    with pytest.raises(operations.NotTheSame):
        correct(carrier, "李四", None)
    assert all_of_it() == before


def test_what_a_register_has_confirmed_is_not_corrected(carrier, first):
    Traveller.objects.filter(pk=first.pk).update(check_outcome=Outcome.MATCH)
    before = all_of_it()

    with pytest.raises(operations.NotTheSame):
        correct(carrier)

    assert all_of_it() == before


def test_whose_ticket_of_that_day_the_number_has_already_is_refused(carrier, slot):
    """ID-04 is decided anew."""
    other = traveller(OTHER, owner="guest:other")
    sell(slot, other, actor="guest:other", key="request-key-2")
    before = all_of_it()

    with pytest.raises(AlreadyHolds):
        correct(carrier)

    assert all_of_it() == before


def test_a_limit_counts_for_the_number_put_right(product, slot, first):
    PersonLimit.objects.create(product=product, period="DAY", most=1)
    made = Pass.objects.get(order=sell(slot, first))

    correct(made)

    assert invariants.check_all(at=AT) == []


def test_a_forgotten_traveller_is_entered_anew(carrier, order, first):
    book.forget(traveller_id=first.pk, actors=[OWNER])

    correct(carrier, number=1)

    carrier.refresh_from_db()
    person = Traveller.objects.get()
    assert carrier.traveller_id == person.pk
    assert [part.traveller_id for part in order.lines.get().frozen_parts] == [person.pk]


def test_a_used_code_and_the_fourth_correction_and_no_change_are_refused(carrier, post, slot):
    with pytest.raises(operations.NothingCorrected):
        correct(carrier, number=None)
    for number in (OTHER, 10, 11):
        correct(carrier, number=number)
    with pytest.raises(operations.CorrectedOften):
        correct(carrier, number=12)
    carrier.refresh_from_db()
    inside, text = slot.starts_at + timedelta(minutes=5), carrier.short_code
    vouchers.redeem(text=text, post=post, actor="user:1", request_key="a", at=inside)
    with pytest.raises(operations.BegunAlready):
        correct(carrier, number=12)
    assert Correction.objects.count() == 3


class Register:
    name = "register"

    def check(self, *, name: str, number: str) -> Outcome:
        return Outcome.MATCH if number == document_number(OTHER) else Outcome.MISMATCH


@pytest.fixture
def register():
    checks.use(Register())
    yield
    checks.use(None)


def test_the_register_is_asked_again_and_gates_see_its_answer(register, carrier, first):
    book.ask_due(at=AT)
    vouchers.show_check(traveller_id=first.pk, at=AT)
    assert "do not match" in Voucher.objects.get().show["check"]["en"]

    correct(carrier)
    book.ask_due(at=AT)
    vouchers.show_check(traveller_id=first.pk, at=AT)

    assert Voucher.objects.get().show["check"] == {}
    assert codes.replaced(at=AT) == {}


def test_a_dearer_class_by_the_number_is_refused(carrier, order):
    line = order.lines.get()
    line.parts = [{**line.parts[0], "price_fen": 1}]
    line.save(update_fields=["parts"])
    before = all_of_it()

    with pytest.raises(orders.DearerPerson):
        correct(carrier)

    assert all_of_it() == before
