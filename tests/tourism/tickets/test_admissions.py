"""One person holds one place in a slot: across lines, orders and accounts."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import date, time, timedelta

import pytest

from bookings.contracts import Claim
from bookings.orders import operations as orders
from bookings.orders.models import Line, Order, State
from kernel.outbox.models import Event
from tests.factories.tourism import ask_for, person, ride_product, slot_on
from tests.tourism.conftest import VISIT, wish
from tourism.tickets import offers
from tourism.tickets import operations as tickets
from tourism.tickets.models import Admission

pytestmark = pytest.mark.django_db


def seats() -> list[tuple[int, str, str]]:
    rows = Admission.objects.order_by("slot_id", "document_index")
    return list(rows.values_list("slot_id", "document_index", "part_key"))


def test_placing_an_order_gives_every_named_person_a_place(slot, at):
    order = orders.place(wish(ask_for(slot, person(1), person(2)), total_fen=38_000), at=at)

    assert seats() == [(slot.pk, "index-1", "p1"), (slot.pk, "index-2", "p2")]
    assert {a.line_id for a in Admission.objects.all()} == {order.lines.get().pk}


def test_who_holds_a_ticket_for_the_slot_is_refused_another_in_any_account(slot, at):
    orders.place(wish(ask_for(slot, person(1)), total_fen=19_000), at=at)
    again = wish(
        ask_for(slot, person(1), person(2)), total_fen=38_000, actor="user:9", user_id=None
    )

    with pytest.raises(tickets.AlreadyHolds) as refused:
        orders.place(again, at=at)

    assert refused.value.facts["people"] == 1
    assert (Order.objects.count(), seats()) == (1, [(slot.pk, "index-1", "p1")])


def test_the_same_person_in_two_lines_of_one_order_is_refused(slot, at):
    twice = (ask_for(slot, person(1)), ask_for(slot, person(1), person(2)))

    with pytest.raises(tickets.AlreadyHolds):
        orders.place(wish(*twice, total_fen=57_000), at=at)

    assert (Order.objects.count(), seats()) == (0, [])


def test_a_person_has_one_entry_time_a_day_whoever_buys_the_other(slot, product, at):
    afternoon = slot_on(product, VISIT, time(13))
    orders.place(wish(ask_for(slot, person(1)), total_fen=19_000), at=at)
    again = wish(
        ask_for(afternoon, person(1), person(2)), total_fen=38_000, actor="user:9", user_id=None
    )

    with pytest.raises(tickets.AlreadyHolds) as refused:
        orders.place(again, at=at)

    assert refused.value.facts["people"] == 1
    assert (Order.objects.count(), seats()) == (1, [(slot.pk, "index-1", "p1")])


def test_the_next_day_is_another_ticket(slot, product, at):
    tomorrow = slot_on(product, VISIT + timedelta(days=1))

    asks = (ask_for(slot, person(1)), ask_for(tomorrow, person(1)))
    orders.place(wish(*asks, total_fen=38_000), at=at)

    assert [row[0] for row in seats()] == sorted([slot.pk, tomorrow.pk])


def test_who_gave_the_morning_up_may_have_the_afternoon(slot, product, at):
    order = orders.place(wish(ask_for(slot, person(1)), total_fen=19_000), at=at)
    afternoon = slot_on(product, VISIT, time(13))

    tickets.give_up([(order.lines.get(), ["p1"])])
    orders.place(wish(ask_for(afternoon, person(1)), total_fen=19_000, actor="guest:b"), at=at)

    assert seats() == [(afternoon.pk, "index-1", "p1")]


def test_a_ride_is_had_more_than_once_a_day_but_once_at_a_time(db, at):
    ride = ride_product()
    morning = slot_on(ride, VISIT, time(9), ends=time(10))
    later = slot_on(ride, VISIT, time(13), ends=time(14))

    asks = (ask_for(morning, person(1)), ask_for(later, person(1)))
    orders.place(wish(*asks, total_fen=16_000), at=at)

    assert [row[0] for row in seats()] == sorted([morning.pk, later.pk])
    with pytest.raises(tickets.AlreadyHolds):
        orders.place(wish(ask_for(morning, person(1)), total_fen=8_000, actor="guest:b"), at=at)


def test_a_change_to_another_time_of_the_day_holds_both_until_it_is_paid(slot, product, at):
    old = orders.place(wish(ask_for(slot, person(1)), total_fen=19_000), at=at).lines.get()
    afternoon = slot_on(product, VISIT, time(13))
    [new] = offers.offer([ask_for(afternoon, person(1))], at=at)
    spare = orders.place(
        wish(ask_for(slot, person(2)), total_fen=19_000, actor="guest:b"), at=at
    ).lines.get()
    Admission.objects.filter(line=spare).delete()
    wanted = Claim(spare.pk, new.ref, new.region_id, new.title, new.facts, ("p1",), replaces=old.pk)

    assert tickets.admit([wanted]) == [None]
    assert [row[0] for row in seats()] == sorted([slot.pk, afternoon.pk])
    tickets.give_up([(old, ["p1"])])

    assert list(Admission.objects.values_list("slot_id", "day_id")) == [
        (afternoon.pk, afternoon.day_id)
    ]


def test_nobody_changes_into_the_day_of_somebody_else(slot, product, at):
    orders.place(wish(ask_for(slot, person(1)), total_fen=19_000), at=at)
    mine = orders.place(
        wish(ask_for(slot, person(2)), total_fen=19_000, actor="guest:b"), at=at
    ).lines.get()
    afternoon = slot_on(product, VISIT, time(13))
    [new] = offers.offer([ask_for(afternoon, person(1))], at=at)
    wanted = Claim(mine.pk, new.ref, new.region_id, new.title, new.facts, ("p1",), replaces=mine.pk)
    before = seats()

    [refusal] = tickets.admit([wanted])

    assert isinstance(refusal, tickets.AlreadyHolds)
    assert seats() == before


def test_of_two_orders_placed_together_the_first_wins(slot, at):
    first = wish(ask_for(slot, person(1)), total_fen=19_000, actor="guest:z")
    second = wish(ask_for(slot, person(1)), total_fen=19_000, actor="guest:a")

    outcomes = orders.place_many([first, second], at=at)

    assert isinstance(outcomes[0], Order)
    assert isinstance(outcomes[1], tickets.AlreadyHolds)


def test_a_lapsed_order_gives_its_places_up_and_late_money_takes_them_again(slot, at):
    order = orders.place(wish(ask_for(slot, person(1)), total_fen=19_000), at=at)
    orders.lapse_due(at=at + timedelta(minutes=16))
    assert seats() == []

    money = {
        "attempt_id": 1,
        "order_id": order.pk,
        "amount_fen": 19_000,
        "currency": "CNY",
        "provider": "sandbox",
    }
    orders.settle(facts=money, at=at + timedelta(minutes=20))

    assert Line.objects.get().state == State.PAID
    assert seats() == [(slot.pk, "index-1", "p1")]


def test_late_money_does_not_take_places_again_in_an_entry_time_that_was_closed(slot, at):
    order = orders.place(wish(ask_for(slot, person(1)), total_fen=19_000), at=at)
    orders.lapse_due(at=at + timedelta(minutes=16))
    tickets.set_slot(slot=slot, actor="user:1", at=at + timedelta(minutes=17), is_open=False)

    money = {
        "attempt_id": 1,
        "order_id": order.pk,
        "amount_fen": 19_000,
        "currency": "CNY",
        "provider": "sandbox",
    }
    orders.settle(facts=money, at=at + timedelta(minutes=20))

    assert order.lines.get().state == State.LAPSED
    assert seats() == []
    [due] = Event.objects.filter(name="bookings.orders.money-returned-due")
    assert due.facts["reason"] == "LATE_AND_GONE"


def test_late_money_finds_the_person_in_another_order_and_does_not_pay(slot, at):
    order = orders.place(wish(ask_for(slot, person(1)), total_fen=19_000), at=at)
    orders.lapse_due(at=at + timedelta(minutes=16))
    orders.place(
        wish(ask_for(slot, person(1)), total_fen=19_000, actor="guest:b"),
        at=at + timedelta(minutes=17),
    )

    money = {
        "attempt_id": 1,
        "order_id": order.pk,
        "amount_fen": 19_000,
        "currency": "CNY",
        "provider": "sandbox",
    }
    orders.settle(facts=money, at=at + timedelta(minutes=20))

    assert order.lines.get().state == State.LAPSED
    assert len(seats()) == 1


def test_giving_up_a_part_frees_that_person_only_and_twice_is_once(slot, at):
    order = orders.place(wish(ask_for(slot, person(1), person(2)), total_fen=38_000), at=at)
    line = order.lines.get()

    tickets.give_up([(line, ["p2"])])
    tickets.give_up([(line, ["p2"])])

    assert seats() == [(slot.pk, "index-1", "p1")]


def test_claiming_again_for_the_same_line_changes_nothing(slot, at):
    order = orders.place(wish(ask_for(slot, person(1)), total_fen=19_000), at=at)

    assert tickets.admit([order.lines.get().claim]) == [None]
    assert len(seats()) == 1


def test_moving_to_another_slot_moves_all_places(slot, product, at):
    order = orders.place(wish(ask_for(slot, person(1), person(2)), total_fen=38_000), at=at)
    afternoon = slot_on(product, VISIT, time(13))
    [new] = offers.offer([ask_for(afternoon, person(1), person(2))], at=at)

    assert tickets.move(order.lines.get(), new) is None
    assert [row[:2] for row in seats()] == [(afternoon.pk, "index-1"), (afternoon.pk, "index-2")]


def test_moving_is_all_or_nothing(slot, product, at):
    order = orders.place(wish(ask_for(slot, person(1), person(2)), total_fen=38_000), at=at)
    tomorrow = slot_on(product, VISIT + timedelta(days=1))
    orders.place(wish(ask_for(tomorrow, person(2)), total_fen=19_000, actor="guest:b"), at=at)
    [new] = offers.offer([ask_for(tomorrow, person(1), person(2))], at=at)
    before = seats()

    refusal = tickets.move(order.lines.get(), new)

    assert isinstance(refusal, tickets.AlreadyHolds)
    assert refusal.facts["people"] == 1
    assert seats() == before


def test_free_classes_take_places_too(slot, at):
    baby = person(1, date(2024, 1, 1))

    orders.place(wish(ask_for(slot, baby), total_fen=0), at=at)

    hold = Line.objects.get().holds.get(bucket_id=slot.bucket_id)
    assert hold.units == 1


def test_claiming_costs_one_statement_for_any_number_of_lines(slot, at, django_assert_num_queries):
    order = orders.place(wish(ask_for(slot, person(1), person(2)), total_fen=38_000), at=at)
    lines = [order.lines.get()]
    Admission.objects.all().delete()

    with django_assert_num_queries(1):
        tickets.admit([line.claim for line in lines])


def test_an_order_is_idempotent_by_its_key(slot, at):
    request = wish(ask_for(slot, person(1)), total_fen=19_000, request_key=uuid.uuid4().hex)

    first, second = orders.place(request, at=at), orders.place(replace(request), at=at)

    assert first.pk == second.pk
    assert len(seats()) == 1
