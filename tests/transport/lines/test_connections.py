"""Trains that are late: the run waits, or its riders get the next one with room, for nothing, once."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from accounts.identity.limits import TooMany
from accounts.messages import opening
from accounts.messages.models import Message
from bookings.inventory import queries as inventory
from bookings.orders.models import Change, Line, Order
from bookings.refunds.models import Refund
from kernel.outbox import operations as outbox
from kernel.outbox.models import Event
from tests.transport.lines.conftest import AT, DAY
from transport.lines import disrupted, timed
from transport.lines import operations as lines
from transport.lines.models import (
    AffectedRide,
    Boarding,
    Connection,
    ConnectionRule,
    Disruption,
    OnSilence,
    RideChoice,
    Run,
)
from transport.trains import operations as trains
from transport.trains.models import Train, TrainState

MINUTE = timedelta(minutes=1)


def line_of(order: Order) -> Line:
    return Line.objects.get(order=order)


def run_of(order: Order) -> Run:
    return Boarding.objects.get(line__order=order).run


def hear(at: datetime) -> None:
    """The round of a minute, and everything that follows from it."""
    trains.ask_due(at=at)
    outbox.drain(at=at)


def told(kind: str) -> list[str]:
    rows = Message.objects.filter(kind=f"transport.lines.{kind}").order_by("pk")
    return [opening.body_of(message) for message in rows]


def row_of(order: Order) -> AffectedRide:
    row = disrupted.affected_ride(line_of(order))
    assert row is not None
    return row


def taken(run: Run) -> int:
    return max(count for _capacity, count in inventory.counts(run.segments).values())


def test_a_train_forty_minutes_late_moves_its_riders_to_the_next_run_for_nothing(
    rail, run, runs, comes, sell, soon
):
    order, other = comes(run, 2), sell(run)
    rail.minutes = 40

    hear(soon)

    assert (run_of(order), run_of(other)) == (runs[1], run)
    assert line_of(order).starts_at == runs[1].departs_at
    assert (taken(run), taken(runs[1])) == (1, 2)
    assert (Change.objects.count(), Refund.objects.count()) == (0, 0)
    assert line_of(order).frozen_terms.changes == 1
    [words] = told("rebooked")
    assert all(each in words for each in ("G3027", "08:00", "09:00"))
    row = row_of(order)
    assert (row.choice, row.on_silence, row.moved_to) == (
        RideChoice.OPEN, OnSilence.KEEP, runs[1],
    )  # fmt: skip
    assert row.decide_by == runs[1].departs_at


@pytest.mark.parametrize(("seconds", "is_moved"), [(0, False), (1, True)])
def test_the_time_to_change_is_kept_to_the_second(rail, run, runs, comes, soon, seconds, is_moved):
    """Half an hour before, twenty minutes to change: ten minutes late is just in time."""
    order = comes(run)
    rail.minutes = 10
    rail.scheduled += timedelta(seconds=seconds)

    hear(soon)

    assert run_of(order) == (runs[1] if is_moved else run)


def test_nobody_moves_twice_for_nothing_and_nobody_moves_back_unasked(rail, run, runs, comes, soon):
    order = comes(run)
    rail.minutes = 40
    hear(soon)

    for number, minutes in enumerate((55, 41, 0), start=1):
        rail.minutes = minutes
        hear(soon + number * 5 * MINUTE)

    assert run_of(order) == runs[1]
    assert len(told("rebooked")) == 1
    assert AffectedRide.objects.count() == 1


def test_a_train_that_gets_later_still_moves_them_once_more(rail, run, runs, comes, soon):
    order = comes(run)
    rail.minutes = 40
    hear(soon)
    rail.minutes = 80

    hear(soon + 5 * MINUTE)

    assert run_of(order) == runs[2]
    assert len(told("rebooked")) == 2


def test_who_goes_back_is_left_where_they_are(rail, run, runs, comes, soon):
    order = comes(run)
    rail.minutes = 40
    hear(soon)
    row = row_of(order)
    assert run in [each.run for each in lines.runs_of(row, at=soon)]

    lines.choose(row=row, choice=RideChoice.MOVE, ref=f"{run.pk}:0:2", at=soon)
    rail.minutes = 45
    hear(soon + 5 * MINUTE)

    assert run_of(order) == run
    assert (taken(run), taken(runs[1])) == (1, 0)


def test_the_next_run_without_room_is_passed_over(rail, run, runs, comes, soon):
    order = comes(run, 2)
    lines.set_seats(run=runs[1], seats=1, actor="user:1", at=AT)
    rail.minutes = 40

    hear(soon)

    assert run_of(order) == runs[2]


def test_without_any_room_they_are_told_to_choose_and_silence_is_the_money(
    rail, run, runs, comes, soon
):
    order = comes(run, 2)
    for later in runs[1:]:
        lines.set_seats(run=later, seats=1, actor="user:1", at=AT)
    rail.minutes = 40

    hear(soon)
    hear(soon + 5 * MINUTE)

    assert run_of(order) == run
    assert len(told("missed")) == 1
    row = row_of(order)
    assert (row.on_silence, row.moved_to) == (OnSilence.REFUND, None)
    assert lines.end_choices(at=row.decide_by) == 1
    assert Refund.objects.get().amount_fen == order.total_fen


def test_who_had_no_room_gets_the_first_that_comes(rail, run, runs, comes, soon):
    order = comes(run, 2)
    for later in runs[1:]:
        lines.set_seats(run=later, seats=1, actor="user:1", at=AT)
    rail.minutes = 40
    hear(soon)
    lines.set_seats(run=runs[2], seats=2, actor="user:1", at=soon)
    rail.minutes = 41

    hear(soon + 5 * MINUTE)

    assert run_of(order) == runs[2]
    assert row_of(order).on_silence == OnSilence.KEEP


def test_a_run_waits_where_its_operator_says_so_and_all_its_riders_are_told(
    rail, run, runs, comes, sell, soon, connection
):
    connection.rule, connection.wait_min = ConnectionRule.WAIT, 30
    connection.save()
    order, other = comes(run), sell(run)
    rail.minutes = 40

    hear(soon)

    run.refresh_from_db()
    assert run.delay_s == 30 * 60
    assert {run_of(order), run_of(other)} == {run}
    assert line_of(other).starts_at == run.departs_at + 30 * MINUTE
    assert Disruption.objects.get().actor == "system"
    assert len(told("late-choose")) == 2


def test_a_run_that_waits_does_not_leave_earlier_again_by_itself(
    rail, run, comes, soon, connection
):
    connection.rule, connection.wait_min = ConnectionRule.WAIT, 30
    connection.save()
    comes(run)
    rail.minutes = 25
    hear(soon)
    rail.minutes = 0

    hear(soon + 5 * MINUTE)

    run.refresh_from_db()
    assert run.delay_s == 15 * 60


def test_for_a_train_that_is_later_than_it_waits_riders_get_the_next_run(
    rail, run, runs, comes, soon, connection
):
    connection.rule, connection.wait_min = ConnectionRule.WAIT, 20
    connection.save()
    order = comes(run)
    rail.minutes = 31

    hear(soon)

    run.refresh_from_db()
    assert (run.delay_s, run_of(order)) == (0, runs[1])


def test_a_train_that_does_not_run_lets_its_riders_choose(rail, run, comes, soon):
    order = comes(run)
    rail.minutes = None

    hear(soon)

    assert run_of(order) == run
    assert row_of(order).on_silence == OnSilence.REFUND
    assert len(told("missed")) == 1


def test_while_the_service_is_down_nobody_is_moved_and_nothing_is_known(rail, run, comes, soon):
    order = comes(run)
    rail.is_down = True

    hear(soon)

    train = Train.objects.get()
    assert (rail.asked, train.state, train.is_known(soon)) == (1, TrainState.UNKNOWN, False)
    assert run_of(order) == run
    assert not AffectedRide.objects.exists()


def test_what_was_heard_long_ago_moves_nobody(rail, run, comes, soon):
    order = comes(run)
    rail.minutes = 40
    trains.ask_due(at=soon)

    assert lines.follow_train(train_id=Train.objects.get().pk, at=soon + 16 * MINUTE) == 0

    assert run_of(order) == run


def test_only_named_trains_are_asked_about_and_only_when_it_matters(rail, run, sell, comes, soon):
    sell(run)
    hear(soon)
    assert rail.asked == 0

    comes(run)
    hear(run.departs_at - timedelta(hours=5))
    assert rail.asked == 0
    for _round in range(2):
        hear(soon)
    assert rail.asked == 1, "every two minutes"
    hear(run.departs_at + timedelta(hours=2))
    hear(run.departs_at + timedelta(hours=3))
    assert rail.asked == 2


def test_the_same_answer_again_is_no_event(rail, run, comes, soon):
    comes(run)
    rail.minutes = 5
    hear(soon)
    before = Event.objects.filter(name=trains.CHANGED).count()

    hear(soon + 5 * MINUTE)

    assert (before, Event.objects.filter(name=trains.CHANGED).count()) == (1, 1)


def test_who_names_a_train_that_is_late_already_is_moved_at_once(
    rail, run, runs, comes, sell, soon
):
    comes(run)
    rail.minutes = 40
    hear(soon)
    newcomer = sell(run)

    lines.name_train(line=line_of(newcomer), number="G3027", at=soon + MINUTE)

    assert run_of(newcomer) == runs[1]


def test_a_train_is_named_and_taken_back(run, comes, connection):
    order = comes(run)
    train = Boarding.objects.get().train
    assert train is not None
    assert (train.number, train.station, train.service_date) == ("G3027", "黄山北", DAY)
    assert train.scheduled_at == run.departs_at - 30 * MINUTE

    assert lines.name_train(line=line_of(order), number="", at=AT) is None

    assert Boarding.objects.get().train is None


@pytest.mark.parametrize(
    ("number", "day", "refusal"),
    [
        ("late one", None, lines.NoSuchTrain),
        ("G3027'--", None, lines.NoSuchTrain),
        ("Ｇ3027", None, lines.NoSuchTrain),
        ("G1", None, lines.NotTimed),
        ("G3027", DAY + timedelta(days=1), lines.AnotherDay),
        ("G3027", DAY - timedelta(days=2), lines.AnotherDay),
    ],
)
def test_what_is_no_train_of_this_ride_is_refused(run, sell, connection, number, day, refusal):
    order = sell(run)

    with pytest.raises(refusal):
        lines.name_train(line=line_of(order), number=number, day=day, at=AT)

    assert Boarding.objects.get().train is None
    assert not Train.objects.exists()


@pytest.mark.parametrize("rule", ConnectionRule)
@pytest.mark.parametrize("runs_at_all", [True, False])
def test_a_train_that_was_never_early_enough_moves_nobody_and_pays_nothing(
    rail, connection, run, comes, soon, rule, runs_at_all
):
    Connection.objects.filter(pk=connection.pk).update(
        rule=rule, wait_min=60 if rule == ConnectionRule.WAIT else 0, arrives_s=None
    )
    rail.scheduled, rail.minutes = run.departs_at + 5 * MINUTE, 0 if runs_at_all else None
    order = comes(run)

    hear(soon)

    run.refresh_from_db()
    assert (run_of(order), run.delay_s) == (run, 0)
    assert not Disruption.objects.exists()
    assert not AffectedRide.objects.exists()


def test_what_the_operator_says_of_a_train_holds_where_the_railway_says_another_time(
    rail, run, runs, comes, soon
):
    rail.scheduled, rail.minutes = run.departs_at + 5 * MINUTE, 0
    order = comes(run)

    hear(soon)

    assert run_of(order) == runs[1]


def test_one_ride_does_not_have_the_railway_asked_about_every_train(run, sell, connection):
    Connection.objects.filter(pk=connection.pk).update(train_number="", arrives_s=None)
    line = line_of(sell(run))
    for number in range(lines.TRAINS_A_DAY):
        lines.name_train(line=line, number=f"G{number}", at=AT)

    with pytest.raises(TooMany):
        lines.name_train(line=line, number="G9999", at=AT)

    assert Train.objects.count() == lines.TRAINS_A_DAY
    assert lines.name_train(line=line, number="", at=AT) is None


def test_what_says_more_counts_first(run, line, sell, connection):
    place = connection.place
    Connection.objects.create(line=line, place=place, station="黄山北", transfer_min=40)
    special = Connection.objects.create(
        line=line, trip=run.trip, place=place, station="黄山北", train_number="G3027",
        transfer_min=5,
    )  # fmt: skip
    sell(run)
    found = timed.connections_of(Boarding.objects.select_related("run").get())

    assert timed.rule_for(found, "G3027") == special
    rule = timed.rule_for(found, "K8418")
    assert rule is not None
    assert rule.transfer_min == 40


def test_who_was_put_on_a_late_run_is_not_told_that_it_is_late(rail, run, runs, comes, soon):
    comes(run)
    late = lines.announce_delay(
        run=runs[1], delay_s=40 * 60, reason=lines.Reason(zh="雪"), actor="user:1", at=soon
    )
    assert late is not None
    rail.minutes = 40
    hear(soon + MINUTE)

    lines.follow_disruptions(at=soon + 2 * MINUTE)

    assert told("late-choose") == []
    assert AffectedRide.objects.get().disruption.train is not None
