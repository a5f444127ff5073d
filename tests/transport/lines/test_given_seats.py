"""A seat for everybody who has chosen none: given when the list is made, kept once they are aboard."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bookings.inventory.models import Bucket
from bookings.orders.models import Line
from tests.transport.lines.conftest import ride, wish
from transport.lines import operations as lines
from transport.lines.models import Boarding, GivenSeat, ShuttleLine
from transport.lines.seating import overlap


def seats() -> dict[tuple[int, str], int]:
    rows = GivenSeat.objects.values_list("boarding_id", "part_key", "number")
    return {(boarding, key): number for boarding, key, number in rows}


def nobody_twice() -> bool:
    rows = list(GivenSeat.objects.select_related("boarding"))
    rides = [(row.number, (row.boarding.board_seq, row.boarding.alight_seq)) for row in rows]
    return not any(
        one[0] == other[0] and overlap(one[1], other[1])
        for n, one in enumerate(rides)
        for other in rides[:n]
    )


def test_everybody_has_one_and_nobody_shares_it(run, sell):
    sell(run, 3)
    sell(run, 2, board=0, alight=1)
    sell(run, 2, board=1, alight=2)

    lines.give_seats(run_id=run.pk)

    assert len(seats()) == 7
    assert nobody_twice()
    assert set(seats().values()) <= set(range(1, 51))


def test_again_changes_nothing_and_who_comes_later_gets_another(run, sell):
    sell(run, 2)
    lines.give_seats(run_id=run.pk)
    before = seats()

    lines.give_seats(run_id=run.pk)
    assert seats() == before
    sell(run)
    lines.give_seats(run_id=run.pk)

    assert seats().items() >= before.items()
    assert len(seats()) == 3
    assert nobody_twice()


def test_who_is_aboard_keeps_the_seat_others_make_room(run, sell, at):
    """Two seats; one rides to the middle and sits on 1, one is to come on 2: the whole way fits nowhere
    but where the second one would sit."""
    ShuttleLine.objects.update(seats=2)
    lines.set_seats(run=run, seats=2, actor="user:1", at=at)
    sell(run, board=0, alight=1)
    sell(run, board=1, alight=2)
    first, second = Boarding.objects.order_by("pk")
    GivenSeat.objects.create(boarding=first, part_key="p1", number=1)
    GivenSeat.objects.create(boarding=second, part_key="p1", number=2)
    Line.objects.filter(pk=first.line_id).update(used_parts=["p1"])
    sell(run, board=0, alight=2)

    lines.give_seats(run_id=run.pk)

    assert seats()[first.pk, "p1"] == 1
    assert seats()[second.pk, "p1"] == 1
    assert nobody_twice()
    assert len(seats()) == 3


def test_who_cancels_leaves_it(run, sell, at):
    sell(run, 2)
    lines.give_seats(run_id=run.pk)
    line = Line.objects.get()

    lines.leave([(line, ["p1"])])

    assert {key for _boarding, key in seats()} == {"p2"}


def test_those_of_chosen_seats_are_left_alone(line, run, sell, at):
    from bookings.orders import operations as orders

    line.has_seat_choice = True
    line.save()
    ask = ride(run)
    chosen = type(ask)(ask.kind, f"{ask.ref}:1", ask.party)
    orders.place(wish(chosen, total_fen=3_000), at=at)
    sell(run)

    lines.give_seats(run_id=run.pk)

    assert list(seats().values()) == [2]


def test_a_seat_that_somebody_chooses_later_is_given_to_nobody_else(line, run, sell):
    line.has_seat_choice = True
    line.save()
    sell(run)
    lines.give_seats(run_id=run.pk)
    [had] = seats().values()

    sell(run, seats=str(had))
    at = run.departs_at - timedelta(hours=1)
    assert lines.give_seats_soon(at=at) == 1
    assert lines.give_seats_soon(at=at) == 0

    [has] = seats().values()
    assert has != had


def test_nobody_keeps_a_seat_that_a_smaller_vehicle_has_not(run, sell, at):
    first = sell(run, 2)
    sell(run)
    lines.give_seats(run_id=run.pk)
    lines.leave([(Line.objects.get(order=first), ["p1", "p2"])])
    Bucket.objects.filter(pk__in=run.segments).update(taken=1)
    GivenSeat.objects.update(number=3)

    lines.set_seats(run=run, seats=2, actor="user:1", at=at)
    lines.give_seats_soon(at=run.departs_at - timedelta(hours=1))

    assert list(seats().values()) == [1]


@pytest.mark.parametrize(("before", "given"), [(timedelta(hours=2), 1), (timedelta(hours=4), 0)])
def test_it_is_done_by_itself_a_while_before(run, sell, before, given):
    sell(run)

    assert lines.give_seats_soon(at=run.departs_at - before) == given
    assert GivenSeat.objects.count() == given
    assert lines.give_seats_soon(at=run.departs_at - before) == 0
