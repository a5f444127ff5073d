"""A cableway stands still: each of its tickets has one choice, and none is lost."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import pytest

from accounts.messages.models import Message
from bookings.contracts import Demand
from bookings.fulfilment import operations as fulfilment
from bookings.fulfilment.operations import NoRoomThere
from bookings.invariants import stock
from bookings.inventory import operations as inventory
from bookings.inventory import queries as counts
from bookings.orders import operations as orders
from bookings.orders.models import Hold, Line, State
from bookings.refunds.models import Refund
from bookings.vouchers.models import Voucher
from kernel.audit.models import Entry
from kernel.outbox.models import Event
from tests.factories.tourism import CablewayFactory, ask_for, person, ride_product, slot_on
from tests.tourism.conftest import AT, VISIT, wish
from tourism.tickets import offers
from tourism.tickets import operations as tickets
from tourism.tickets.models import Admission, Choice, Product, Slot, StoppedLine, Suspension

pytestmark = pytest.mark.django_db


@pytest.fixture
def ride(product: Product) -> Product:
    return ride_product(CablewayFactory(area=product.area))


@pytest.fixture
def hours(ride: Product) -> list[Slot]:
    """09:00 to 13:00, each hour with 120 places."""
    return [
        slot_on(ride, VISIT, time(hour), ends=time(hour + 1), permille=1000)
        for hour in range(9, 13)
    ]


def local(ride: Product, hour: int, minute: int = 0) -> datetime:
    return ride.area.region.at(VISIT, time(hour, minute))


def sell(slot: Slot, *numbers: int, actor: str = "guest:a", fen: int = 8_000) -> Line:
    """A paid and delivered line for these persons."""
    people = [person(number) for number in numbers]
    order = orders.place(
        wish(ask_for(slot, *people), total_fen=fen * len(people), actor=actor), at=AT
    )
    money = {
        "attempt_id": order.pk, "order_id": order.pk, "amount_fen": order.total_fen,
        "currency": "CNY", "provider": "sandbox",
    }  # fmt: skip
    orders.settle(facts=money, at=AT)
    fulfilment.deliver(order_id=order.pk, at=AT)
    return order.lines.get()


def stop(ride: Product, hour: int = 11, until: int | None = None) -> Suspension:
    at = local(ride, hour)
    made = tickets.suspend(
        zone=ride.cableway.zone, starts=at, until=local(ride, until) if until else None,
        reason="Wind", actor="user:1", at=at,
    )  # fmt: skip
    tickets.follow_suspension(suspension_id=made.pk, at=at)
    return made


def row_of(line: Line) -> StoppedLine:
    return StoppedLine.objects.select_related("line", "suspension").get(line=line)


def taken(slot: Slot) -> int:
    return counts.counts([slot.bucket_id])[slot.bucket_id][1]


def test_a_stop_closes_what_it_overlaps_and_asks_the_holders(ride, hours):
    early, late = sell(hours[0], 1), sell(hours[2], 2, 3, actor="guest:b")

    made = stop(ride)

    assert [slot.is_open for slot in Slot.objects.order_by("starts_at")] == [
        True, True, False, False,
    ]  # fmt: skip
    assert list(StoppedLine.objects.values_list("line_id", "part_keys", "choice")) == [
        (late.pk, ["p1", "p2"], Choice.OPEN)
    ]
    assert row_of(late).decide_by == local(ride, 17)
    assert not StoppedLine.objects.filter(line=early).exists()
    told = Message.objects.filter(kind="bookings.news.stopped")
    assert told.count() == 1
    assert Entry.objects.filter(
        action="tickets.zone.stop", subject=f"suspension:{made.pk}"
    ).exists()


def test_the_numbers_are_known_before(ride, hours):
    sell(hours[2], 1, 2)
    sell(hours[3], 3, actor="guest:b")

    found = tickets.affected_by(zone=ride.cableway.zone, starts=local(ride, 11), until=None)

    assert (found.orders, found.people, found.fen) == (2, 3, 24_000)
    assert not Suspension.objects.exists()


def test_following_twice_asks_once(ride, hours):
    sell(hours[2], 1)
    made = stop(ride)

    tickets.follow_suspension(suspension_id=made.pk, at=local(ride, 11, 5))

    assert StoppedLine.objects.count() == 1
    assert Message.objects.filter(kind="bookings.news.stopped").count() == 1


def test_a_zone_stops_once_and_only_where_something_is_sold(ride, hours):
    stop(ride)

    with pytest.raises(tickets.AlreadyStopped):
        stop(ride, hour=12)
    with pytest.raises(tickets.NothingSoldThere):
        tickets.suspend(
            zone="lift:0", starts=local(ride, 9), until=None, reason="", actor="user:1", at=AT
        )
    assert Suspension.objects.count() == 1


def test_the_money_comes_back_though_the_gate_was_passed_and_the_terms_say_no(ride, hours, slot):
    gate, lift = sell(slot, 1, fen=19_000), sell(hours[2], 1, actor="guest:b")
    Voucher.objects.filter(line=gate).update(entries_used=1, state="USED")
    stop(ride)

    tickets.choose(row=row_of(lift), choice=Choice.REFUND, at=local(ride, 11, 30))

    lift.refresh_from_db()
    assert (lift.state, gate.state) == (State.CANCELLED, State.CONFIRMED)
    assert sum(Refund.objects.values_list("amount_fen", flat=True)) == 8_000
    assert (taken(hours[2]), taken(slot)) == (0, 1)
    assert not Admission.objects.filter(line=lift).exists()


def test_what_was_ridden_is_not_returned(ride, hours):
    line = sell(hours[2], 1, 2)
    Line.objects.filter(pk=line.pk).update(used_parts=["p1"])
    stop(ride)

    tickets.choose(row=row_of(line), choice=Choice.REFUND, at=local(ride, 11, 30))

    line.refresh_from_db()
    assert line.cancelled_parts == ["p2"]
    assert sum(Refund.objects.values_list("amount_fen", flat=True)) == 8_000


def test_who_says_nothing_for_six_hours_has_the_money_back(ride, hours):
    line = sell(hours[2], 1)
    stop(ride)

    assert tickets.end_stops(at=local(ride, 16, 59)) == 0
    assert tickets.end_stops(at=local(ride, 17)) == 1
    assert tickets.end_stops(at=local(ride, 18)) == 0

    line.refresh_from_db()
    assert (line.state, row_of(line).choice) == (State.CANCELLED, Choice.REFUND)
    assert Refund.objects.count() == 1


def test_another_time_takes_its_places_and_gives_the_old_ones_back(ride, hours):
    line = sell(hours[2], 1, 2)
    tomorrow = slot_on(ride, VISIT + timedelta(days=1), time(9))
    stop(ride)

    tickets.choose(
        row=row_of(line), choice=Choice.MOVE, slot_id=tomorrow.pk, at=local(ride, 11, 30)
    )

    line.refresh_from_db()
    assert (line.ref, line.starts_at, line.state) == (
        str(tomorrow.pk), tomorrow.starts_at, State.CONFIRMED,
    )  # fmt: skip
    assert (taken(hours[2]), taken(tomorrow)) == (0, 2)
    assert set(Admission.objects.values_list("slot_id", flat=True)) == {tomorrow.pk}
    held = {h.bucket_id: h.units - h.released for h in Hold.objects.filter(line=line)}
    assert held[tomorrow.bucket_id] == 2
    assert hours[2].bucket_id not in held
    assert not stock.released_equals_cancelled(AT)
    assert {part.demands[0].bucket_id for part in line.frozen_parts} == {tomorrow.bucket_id}
    windows = set(Voucher.objects.filter(line=line).values_list("valid_until", flat=True))
    assert windows == {tomorrow.ends_at}
    assert not Refund.objects.exists()
    assert row_of(line).ended_at is not None


def test_a_time_without_room_leaves_everything_as_it_was(ride, hours):
    line = sell(hours[2], 1)
    tomorrow = slot_on(ride, VISIT + timedelta(days=1), time(9))
    inventory.take([[Demand(tomorrow.bucket_id, 120)]])
    stop(ride)

    with pytest.raises(NoRoomThere):
        tickets.choose(
            row=row_of(line), choice=Choice.MOVE, slot_id=tomorrow.pk, at=local(ride, 11, 30)
        )

    line.refresh_from_db()
    assert (line.ref, row_of(line).choice) == (str(hours[2].pk), Choice.OPEN)
    assert (taken(hours[2]), taken(tomorrow)) == (1, 120)
    assert set(Admission.objects.values_list("slot_id", flat=True)) == {hours[2].pk}


def test_a_time_of_something_else_is_no_other_time(ride, hours, slot):
    line = sell(hours[2], 1)
    stop(ride)

    with pytest.raises(offers.NoSuchSlot):
        tickets.choose(row=row_of(line), choice=Choice.MOVE, slot_id=slot.pk, at=local(ride, 11))

    assert row_of(line).choice == Choice.OPEN


def test_one_choice_a_ticket(ride, hours):
    line = sell(hours[2], 1)
    stop(ride)
    tickets.choose(row=row_of(line), choice=Choice.REFUND, at=local(ride, 11, 30))

    with pytest.raises(tickets.AlreadyChosen):
        tickets.choose(row=row_of(line), choice=Choice.WAIT, at=local(ride, 11, 31))

    assert Refund.objects.count() == 1


def test_who_waits_goes_first_when_it_runs_again_in_the_order_of_saying_so(ride, hours):
    first, second, third = (sell(hours[2], number, actor=f"guest:{number}") for number in (1, 2, 3))
    stop(ride)
    for minute, line in enumerate((second, first, third)):
        tickets.choose(row=row_of(line), choice=Choice.WAIT, at=local(ride, 11, 10 + minute))
    inventory.take([[Demand(hours[3].bucket_id, 118)]])

    tickets.resume(zone=ride.cableway.zone, actor="user:1", at=local(ride, 12, 5))
    tickets.follow_resumption(suspension_id=Suspension.objects.get().pk, at=local(ride, 12, 5))

    lines = [Line.objects.get(pk=line.pk) for line in (second, first, third)]
    assert [line.ref for line in lines[:2]] == [str(hours[3].pk)] * 2
    assert [line.state for line in lines] == [
        State.CONFIRMED, State.CONFIRMED, State.CANCELLED,
    ]  # fmt: skip
    assert [row_of(line).choice for line in lines] == [Choice.MOVE, Choice.MOVE, Choice.REFUND]
    hours[3].refresh_from_db()
    assert (hours[3].is_open, hours[3].suspension_id) == (True, None)


def test_who_still_has_time_comes_as_booked(ride, hours):
    line = sell(hours[3], 1)
    stop(ride)

    tickets.resume(zone=ride.cableway.zone, actor="user:1", at=local(ride, 11, 30))
    tickets.follow_resumption(suspension_id=Suspension.objects.get().pk, at=local(ride, 11, 30))
    tickets.end_stops(at=local(ride, 18))

    line.refresh_from_db()
    assert (line.state, row_of(line).choice) == (State.CONFIRMED, Choice.KEPT)
    assert not Refund.objects.exists()


def test_who_waited_in_vain_has_the_money_back_when_the_day_is_over(ride, hours):
    line = sell(hours[2], 1)
    stop(ride)
    tickets.choose(row=row_of(line), choice=Choice.WAIT, at=local(ride, 11, 10))

    assert tickets.end_stops(at=local(ride, 23, 59)) == 0
    assert tickets.end_stops(at=local(ride, 23, 59) + timedelta(minutes=2)) == 1

    line.refresh_from_db()
    assert line.state == State.CANCELLED


def test_patterns_leave_what_a_stop_closed_alone(ride, hours):
    stop(ride)

    tickets.follow_patterns(product=ride, first=VISIT, last=VISIT, actor="user:1", at=AT)

    assert Slot.objects.filter(is_open=False).count() == 2


def test_restarting_what_does_not_stand_still_is_nothing(ride, hours):
    assert tickets.resume(zone=ride.cableway.zone, actor="user:1", at=AT) is None
    assert not Event.objects.filter(name=tickets.RESTARTED).exists()
