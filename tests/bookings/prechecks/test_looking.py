"""The evening before: what is missing is found once and told; the visitor puts it right; the gate accepts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from accounts.messages.models import Message
from accounts.travellers import checks
from accounts.travellers import operations as book
from accounts.travellers.checks import Outcome
from accounts.travellers.models import Traveller
from bookings.prechecks import operations, queries
from bookings.prechecks.models import Check, Finding, Timing
from bookings.vouchers import operations as vouchers
from bookings.vouchers.models import Pass, Voucher
from config.demo.visitors import document_number
from kernel import invariants
from kernel.http import NoAnswer
from kernel.outbox import operations as outbox
from tests.bookings.holders.test_transfer import (
    AT,
    JSON,
    OWNER,
    carrier,
    order,
    post,
    product,
    sell,
    slot,
    traveller,
)

__all__ = ["carrier", "order", "post", "product", "slot"]
pytestmark = pytest.mark.django_db

EVENING = datetime(2026, 10, 2, 12, 0, tzinfo=UTC)
"""Eight in the evening at the place, the day before."""


@pytest.fixture(autouse=True)
def now(monkeypatch):
    monkeypatch.setattr("kernel.clock.now", lambda: EVENING)


@pytest.fixture
def first(db) -> Traveller:
    return book.remember(
        actor=OWNER, name="测试五", kind="RESIDENT_ID", number=document_number(1), at=AT
    )


def look(order, at=EVENING) -> int:
    return operations.look_ahead(region=order.region, at=at)


def found() -> list[list[str]]:
    return list(Check.objects.order_by("voucher_id").values_list("found", flat=True))


def told() -> list[str]:
    rows = Message.objects.filter(kind="bookings.prechecks.short")
    return list(rows.values_list("key", flat=True))


def hear() -> None:
    for _round in range(4):
        outbox.drain(at=EVENING)


@pytest.mark.parametrize(("earlier_s", "looked"), [(1, 0), (0, 1)])
def test_it_begins_at_eight(order, earlier_s, looked):
    assert look(order, EVENING - timedelta(seconds=earlier_s)) == looked
    assert Check.objects.count() == looked


def test_a_region_may_say_another_hour(order):
    Timing.objects.create(region=order.region, begins="21:00")

    assert look(order) == 0
    assert look(order, EVENING + timedelta(hours=1)) == 1


def test_all_is_well_and_nobody_is_told(order, django_assert_max_num_queries):
    with django_assert_max_num_queries(14):
        assert look(order) == 1

    assert found() == [[]]
    assert told() == []
    assert look(order) == 0


def test_a_missing_document_is_found_once_fixed_by_the_visitor_and_the_gate_accepts(
    client, order, carrier, post, slot, first
):
    """TKT-11."""
    book.forget(traveller_id=first.pk, actors=[OWNER])
    assert look(order) == 1
    assert look(order) == 0
    assert found() == [[Finding.MISSING]]
    assert told() == [f"bookings.prechecks.short:{order.pk}:2026-10-03"]
    session = client.session
    session["guest_actor"] = OWNER
    session.save()
    page = client.get(f"/en/o/{order.token}/before/").content.decode()
    assert "No document on file" in page
    url = f"/en/o/{order.token}/before/{carrier.pk}/"
    assert url in page

    form = {"name": "测试五", "kind": "RESIDENT_ID", "number": document_number(1)}
    answer = client.post(url, form, follow=True).content.decode()
    hear()

    assert "Ready" in answer
    assert "No document on file" not in answer
    assert Check.objects.get().settled_at == EVENING
    assert Voucher.objects.get().show["check"] == {}
    assert invariants.check_all(at=EVENING) == []
    inside, text = slot.starts_at + timedelta(minutes=5), Pass.objects.get().short_code
    done = vouchers.redeem(text=text, post=post, actor="user:1", request_key="a", at=inside)
    assert [voucher.carrier.holder for voucher in done.vouchers] == ["测试五"]


def test_who_only_has_the_address_sees_and_cannot_correct(client, order, carrier, first):
    book.forget(traveller_id=first.pk, actors=[OWNER])
    url = f"/en/o/{order.token}/before/{carrier.pk}/"

    page = client.get(f"/en/o/{order.token}/before/").content.decode()

    assert "No document on file" in page
    assert url not in page
    assert client.post(url, {"name": "测试1"}, headers=JSON).status_code == 404
    assert not Traveller.objects.exists()


def test_a_document_that_opens_no_more_is_found(order, first):
    Traveller.objects.filter(pk=first.pk).update(document_sealed="k9:AAAA")

    look(order)

    assert found() == [[Finding.UNREADABLE]]
    assert len(told()) == 1


class Register:
    """MISMATCH for the number of the first; or it is down."""

    name = "register"

    def __init__(self) -> None:
        self.asked = 0
        self.is_down = False

    def check(self, *, name: str, number: str) -> Outcome:
        self.asked += 1
        if self.is_down:
            raise NoAnswer("down")
        return Outcome.MISMATCH if number == document_number(1) else Outcome.MATCH


@pytest.fixture
def register():
    made = Register()
    checks.use(made)
    yield made
    checks.use(None)


def test_who_was_not_asked_about_yet_is_asked_about_then(order, first, register):
    look(order)

    assert register.asked == 1
    assert found() == [[Finding.MISMATCH]]
    assert len(told()) == 1


def test_with_the_register_down_it_is_compared_at_the_gate_and_nobody_is_told(
    order, first, register
):
    register.is_down = True

    look(order)

    assert found() == [[Finding.COMPARE]]
    assert told() == []


def test_a_silent_register_is_not_asked_about_everybody(db, register):
    register.is_down = True
    ids = [traveller(number).pk for number in range(1, 26)]

    book.ask_now(ids, at=EVENING)

    assert register.asked == 20


def test_what_is_wrong_of_several_people_is_one_message(slot, first, register):
    made = sell(slot, first, traveller(2), traveller(4))

    look(made)

    assert sorted(map(tuple, found())) == [(), (), (Finding.MISMATCH,)]
    assert len(told()) == 1
    shown = queries.visitors(made, at=EVENING)
    assert [len(visitor.missing) for visitor in shown].count(0) == 2
