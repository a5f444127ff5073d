"""What the rider of a late or called-off run chooses: once, of what is offered, and nothing is lost."""

from __future__ import annotations

import pytest

from bookings.balance.models import Credit
from bookings.fulfilment.operations import NoRoomThere
from bookings.orders.models import Change, State
from bookings.refunds.models import Refund
from bookings.vouchers.models import Voucher
from kernel.outbox.models import Event
from tests.transport.lines.conftest import AT, FARE
from tests.transport.lines.disrupting import (
    MINUTE,
    call_off,
    called_off_order,
    everything,
    late,
    line_of,
    row_of,
    taken,
)
from transport.lines import operations as lines
from transport.lines.models import Boarding, RideChoice


def test_the_next_departure_costs_nothing_and_is_no_change(run, runs, sell):
    order = sell(run, 2)
    call_off(run)
    row = row_of(order)
    found = lines.runs_of(row, at=AT)[0]

    lines.choose(row=row, choice=RideChoice.MOVE, ref=found.ref, at=AT)

    line, other = line_of(order), runs[1]
    assert (line.ref, line.starts_at, line.state) == (
        f"{other.pk}:0:2", other.departs_at, State.CONFIRMED,
    )  # fmt: skip
    assert (taken(run), taken(other)) == ([0, 0], [2, 2])
    assert Boarding.objects.get(line=line).run == other
    assert (Change.objects.count(), Refund.objects.count()) == (0, 0)
    assert line.frozen_terms.changes == 1
    assert set(Voucher.objects.values_list("zone", flat=True)) == {other.zone}
    row.refresh_from_db()
    assert (row.choice, row.moved_to, row.ended_at) == (RideChoice.MOVE, other, AT)
    [moved] = Event.objects.filter(name="bookings.voucher.moved").values_list("facts", flat=True)
    assert moved["left_zones"] == [run.zone]


def test_money_back_is_all_of_it_whatever_the_terms_say(run, sell):
    order = sell(run)
    very_late = run.departs_at - MINUTE
    late(run, 45, at=very_late)
    row = row_of(order)

    lines.choose(row=row, choice=RideChoice.REFUND, at=very_late)

    assert Refund.objects.get().amount_fen == FARE
    row.refresh_from_db()
    assert row.ended_at == very_late


def test_who_asks_for_the_money_has_money_also_where_a_voucher_could_be(run, sell):
    order = sell(run)
    call_off(run)

    lines.choose(row=row_of(order), choice=RideChoice.REFUND, owner="user:7", at=AT)

    assert Refund.objects.get().paid_out_ref == ""
    assert not Credit.objects.exists()


def test_a_choice_is_made_once(run, runs, sell):
    order = sell(run)
    call_off(run)
    row = row_of(order)
    lines.choose(row=row, choice=RideChoice.REFUND, at=AT)
    before = everything()

    for again in (RideChoice.REFUND, RideChoice.MOVE):
        with pytest.raises(lines.AlreadyChosen):
            lines.choose(row=row, choice=again, ref=f"{runs[1].pk}:0:2", at=AT)

    assert everything() == before
    assert taken(runs[1]) == [0, 0]


def test_nobody_can_stay_on_a_run_that_is_called_off(run, sell):
    row = row_of(called_off_order(run, sell))

    with pytest.raises(lines.NotOffered):
        lines.choose(row=row, choice=RideChoice.KEEP, at=AT)

    assert row_of(row.line.order).choice == RideChoice.OPEN


@pytest.mark.parametrize("ref", ["", "x", "0:0:2", "own", "other stops"])
def test_only_departures_of_the_same_ride_can_be_taken(run, runs, sell, ref):
    row = row_of(called_off_order(run, sell))
    wanted = {"own": f"{run.pk}:0:2", "other stops": f"{runs[1].pk}:0:1"}.get(ref, ref)

    with pytest.raises(lines.NotOffered):
        lines.choose(row=row, choice=RideChoice.MOVE, ref=wanted, at=AT)

    row.refresh_from_db()
    assert (row.choice, row.moved_to) == (RideChoice.OPEN, None)
    assert Boarding.objects.get(line=row.line).run == run


def test_a_full_departure_is_refused_and_the_others_stay_open(run, runs, sell):
    order = sell(run, 2)
    lines.set_seats(run=runs[1], seats=1, actor="user:1", at=AT)
    call_off(run)
    row = row_of(order)
    assert [each.run for each in lines.runs_of(row, at=AT)] == runs[2:]

    with pytest.raises(NoRoomThere):
        lines.choose(row=row, choice=RideChoice.MOVE, ref=f"{runs[1].pk}:0:2", at=AT)

    row.refresh_from_db()
    assert (row.choice, taken(runs[1]), taken(run)) == (RideChoice.OPEN, [0, 0], [2, 2])


def test_a_chosen_seat_is_not_carried_over_to_another_vehicle(run, runs, line, sell):
    line.has_seat_choice = True
    line.save()
    order = sell(run, seats="11")
    call_off(run)
    row = row_of(order)
    found = lines.runs_of(row, at=AT)[0]

    lines.choose(row=row, choice=RideChoice.MOVE, ref=found.ref, at=AT)

    [part] = line_of(order).frozen_parts
    assert part.title["en"] == "Seat"
    assert not Boarding.objects.get(line__order=order).chosen.exists()
