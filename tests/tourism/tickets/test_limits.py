"""At most so many for one real person in a period: counted by the document, given back with the ticket."""

from __future__ import annotations

from datetime import date, time
from importlib import import_module

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookings.contracts import Period
from bookings.inventory.models import Bucket
from bookings.orders import operations as orders
from bookings.orders.models import Hold, Order, State
from bookings.refunds import operations as refunds
from kernel.outbox import operations as outbox
from tests.factories.tourism import ProductFactory, ask_for, party, person, slot_on
from tests.tourism.conftest import VISIT, wish
from tests.tourism.tickets.test_moves import pay
from tourism.areas.models import season_of
from tourism.tickets import operations as tickets
from tourism.tickets.models import Admission, PersonLimit
from tourism.tickets.periods import begin_of

pytestmark = pytest.mark.django_db

ADULT = 19_000
NEXT_DAY, NEXT_MONTH = date(2026, 10, 15), date(2026, 11, 3)


@pytest.fixture
def limit(product) -> PersonLimit:
    return PersonLimit.objects.create(product=product, period=Period.MONTH, most=1)


def buy(slot, *people, at, **more) -> Order:
    fen = more.pop("fen", ADULT * len(people))
    return orders.place(wish(ask_for(slot, *people), total_fen=fen, **more), at=at)


def taken() -> list[int]:
    return list(
        Bucket.objects.filter(key__startswith="person:")
        .order_by("key")
        .values_list("taken", flat=True)
    )


def test_the_second_in_a_month_is_refused_for_that_person_in_any_account(product, slot, limit, at):
    other = slot_on(product, NEXT_DAY, time(8))
    buy(slot, person(1), at=at)
    before = Order.objects.count(), Hold.objects.count(), Admission.objects.count(), taken()

    with pytest.raises(orders.LimitReached) as refused:
        buy(other, person(2), person(1), at=at, actor="user:9")

    assert "P** ***1" in refused.value.reason
    assert "at most 1 in October 2026" in refused.value.reason
    assert "Person 1" not in refused.value.reason
    after = Order.objects.count(), Hold.objects.count(), Admission.objects.count(), sorted(taken())
    assert after == (*before[:3], [0, 1])


def test_another_person_another_month_and_another_product_are_free(product, slot, limit, at):
    buy(slot, person(1), at=at)

    buy(slot_on(product, NEXT_DAY, time(8)), person(2), at=at)
    buy(slot_on(product, NEXT_MONTH, time(8)), person(1), at=at)
    buy(slot_on(ProductFactory(area__region=product.area.region), VISIT, time(8)), person(1), at=at)

    assert Order.objects.count() == 4


def test_several_limits_hold_together(product, slot, limit, at):
    limit.most = 2
    limit.save()
    PersonLimit.objects.create(product=product, period=Period.DAY, most=1)
    afternoon, tomorrow = slot_on(product, VISIT, time(13)), slot_on(product, NEXT_DAY, time(8))
    buy(slot, person(1), at=at)

    with pytest.raises(tickets.AlreadyHolds):
        buy(afternoon, person(1), at=at)
    buy(tomorrow, person(1), at=at)
    with pytest.raises(orders.LimitReached, match="in October 2026"):
        buy(slot_on(product, date(2026, 10, 16), time(8)), person(1), at=at)


def test_it_comes_back_when_the_order_lapses(product, slot, limit, at):
    order = buy(slot, person(1), at=at)

    orders.lapse_due(at=order.due_at)

    assert taken() == [0]
    buy(slot_on(product, NEXT_DAY, time(8)), person(1), at=order.due_at)


def test_it_comes_back_with_the_cancelled_person_only(product, slot, limit, at):
    order = buy(slot, person(1), person(2), at=at)
    pay(order, at=at)
    outbox.drain(at=at)

    refunds.cancel(
        order=order, parts={order.lines.get().pk: ["p1"]}, shown_fen=ADULT, actor="guest:a",
        reason="BUYER", at=at,
    )  # fmt: skip

    tomorrow = slot_on(product, NEXT_DAY, time(8))
    buy(tomorrow, person(1), at=at)
    with pytest.raises(orders.LimitReached):
        buy(tomorrow, person(2), at=at)


def known_again(monkeypatch) -> None:
    """As if the person stood in the buyer's book: a change is for the same people."""
    module = import_module("bookings.orders.operations.change")
    monkeypatch.setattr(module, "_party", lambda *_words: (person(1),))


def change(order, slot, at) -> Order:
    line = order.lines.get()
    quoted = orders.quote_change(line=line, ref=str(slot.pk), class_codes=["adult"], at=at)
    return orders.change(
        line=line, quote=quoted, shown_fen=quoted.shown_fen, actor="guest:a",
        request_key=f"change-{slot.pk}", at=at,
    )  # fmt: skip


def test_a_change_within_the_period_needs_no_second_unit_and_still_counts(
    product, slot, limit, at, monkeypatch
):
    known_again(monkeypatch)
    order = buy(slot, person(1), at=at)
    pay(order, at=at)
    outbox.drain(at=at)
    tomorrow = slot_on(product, NEXT_DAY, time(8))

    new = change(order, tomorrow, at)
    outbox.drain(at=at)

    assert (order.lines.get().state, new.lines.get().state) == (State.CANCELLED, State.CONFIRMED)
    assert taken() == [1]
    with pytest.raises(orders.LimitReached):
        buy(slot_on(product, date(2026, 10, 16), time(8)), person(1), at=at)
    new_line = new.lines.get()
    refunds.cancel(
        order=new,
        parts={new_line.pk: ["p1"]},
        shown_fen=ADULT,
        actor="guest:a",
        reason="BUYER",
        at=at,
    )
    assert taken() == [0]


def test_a_change_into_another_period_counts_there_and_no_more_here(
    product, slot, limit, at, monkeypatch
):
    known_again(monkeypatch)
    order = buy(slot, person(1), at=at)
    pay(order, at=at)
    outbox.drain(at=at)

    change(order, slot_on(product, NEXT_MONTH, time(8)), at)
    outbox.drain(at=at)

    counts = Bucket.objects.filter(key__startswith="person:").order_by("key")
    assert [(bucket.key[-10:], bucket.taken) for bucket in counts] == [
        ("2026-10-01", 0),
        ("2026-11-01", 1),
    ]


def test_a_new_number_holds_at_once_and_takes_nothing_away(product, slot, limit, at):
    buy(slot, person(1), at=at)
    limit.most = 2
    limit.save()
    buy(slot_on(product, NEXT_DAY, time(8)), person(1), at=at)
    limit.most = 1
    limit.save()

    with pytest.raises(orders.LimitReached):
        buy(slot_on(product, date(2026, 10, 16), time(8)), person(1), at=at)

    assert Bucket.objects.filter(key__startswith="person:").get().capacity == 2


def test_who_is_not_named_is_not_counted(product, slot, limit, at):
    product.area.real_name_required = False
    product.area.save()

    for _number in range(2):
        buy(slot, *party("adult"), at=at)

    assert taken() == []


def test_without_limits_nothing_more_is_asked(product, slot, at, django_assert_num_queries):
    buy(slot, person(1), at=at)

    assert not Bucket.objects.filter(key__startswith="person:").exists()


@given(
    day=st.dates(date(2020, 1, 1), date(2030, 12, 31)),
    first=st.integers(1, 12),
    last=st.integers(1, 12),
    period=st.sampled_from(list(Period)),
)
def test_a_period_begins_before_each_of_its_days_and_is_the_same_for_all(day, first, last, period):
    begins = begin_of(period, day, first, last)

    assert begins <= day
    assert begin_of(period, begins, first, last) == begins
    if period is Period.SEASON:
        assert season_of(begins, first, last) == season_of(day, first, last)
