"""Riders are told when their bus leaves from another bay: those who are to ride, and only of a change."""

from __future__ import annotations

from datetime import timedelta

import pytest

from accounts.messages import opening
from accounts.messages.models import Message
from bookings.orders.models import Line
from bookings.refunds import operations as refunds
from tests.transport.lines.conftest import AT
from transport.lines import operations as lines
from transport.lines.models import PatternStop


def told() -> list[str]:
    rows = Message.objects.filter(kind="transport.lines.bay").order_by("pk")
    return [opening.body_of(row) for row in rows]


def leave_from(run, bay: str, *, at=AT) -> None:
    lines.set_bay(run=run, bay=bay, actor="user:1", at=at)


@pytest.fixture
def sold(run, sell):
    """Bought while the bus left from bay 2."""
    PatternStop.objects.filter(seq=0).update(bay="2")
    sell(run)
    return run


def test_another_bay_is_told_with_what_and_when(sold):
    leave_from(sold, "5")

    [words] = told()
    assert all(each in words for each in ("bay 5", "Line", "08:00"))


def test_the_same_bay_again_is_not(sold):
    leave_from(sold, "5")

    leave_from(sold, "5", at=AT + timedelta(minutes=1))

    assert len(told()) == 1


def test_back_to_the_usual_one_is_a_change_too(sold):
    leave_from(sold, "5")

    leave_from(sold, "", at=AT + timedelta(minutes=1))

    assert "bay 2" in told()[-1]
    assert len(told()) == 2


def test_a_stop_that_moves_is_told_for_all_its_coming_runs_but_those_with_their_own(
    sold, runs, sell
):
    sell(runs[1])
    leave_from(runs[1], "9")
    before = len(told())
    PatternStop.objects.filter(seq=0).update(bay="3")

    lines.follow_bays(pattern=sold.pattern, at=AT)

    assert ["bay 3" in words for words in told()[before:]] == [True]


@pytest.mark.parametrize(("hours", "is_told"), [(25, False), (23, True)])
def test_a_first_bay_is_told_to_who_rides_within_a_day(run, sell, hours, is_told):
    sell(run)

    leave_from(run, "5", at=run.departs_at - timedelta(hours=hours))

    assert bool(told()) == is_told
    assert Line.objects.get().note["en"].endswith("bay 5"), "in the order it stands at once"


def test_who_has_given_the_ride_back_or_has_left_hears_nothing(sold):
    line = Line.objects.select_related("order").get()
    leave_from(sold, "5", at=sold.departs_at + timedelta(minutes=1))
    quote = refunds.quote(order=line.order, parts={line.pk: ["p1"]}, at=AT)
    refunds.cancel(
        order=line.order, parts={line.pk: ["p1"]}, shown_fen=quote.refund_fen, actor="guest:a",
        reason="BUYER", at=AT,
    )  # fmt: skip

    leave_from(sold, "6")

    assert told() == []
