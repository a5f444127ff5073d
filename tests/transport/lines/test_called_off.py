"""A run is called off: everybody is asked, and who says nothing has everything back."""

from __future__ import annotations

from datetime import timedelta

from accounts.messages.models import Message
from bookings.orders.models import State
from bookings.refunds.models import Reason, Refund
from tests.transport.lines.conftest import AT, FARE
from tests.transport.lines.disrupting import (
    MINUTE,
    call_off,
    everything,
    line_of,
    row_of,
    taken,
    told,
)
from transport.lines import operations as lines
from transport.lines.models import Boarding, OnSilence, RideChoice


def test_of_a_called_off_run_everybody_has_three_choices_within_a_minute(run, runs, sell):
    orders = [sell(run, 2), sell(run, 1)]
    called_off_at = AT

    call_off(run, at=called_off_at)

    assert len(told("called-off")) == 2
    for order in orders:
        row = row_of(order)
        assert (row.choice, row.on_silence) == (RideChoice.OPEN, OnSilence.REFUND)
        assert [each.run for each in lines.runs_of(row, at=called_off_at)] == runs[1:]
    assert all(
        message.created_at - called_off_at < MINUTE
        for message in Message.objects.filter(kind="transport.lines.called-off")
    )
    assert not Refund.objects.exists()


def test_who_says_nothing_about_a_called_off_run_has_everything_back(run, sell):
    order, other = sell(run, 2), sell(run, 1)
    call_off(run)
    decide_by = row_of(order).decide_by

    assert lines.end_choices(at=decide_by - timedelta(seconds=1)) == 0
    assert lines.end_choices(at=decide_by) == 2

    assert {refund.order_id: refund.amount_fen for refund in Refund.objects.all()} == {
        order.pk: 2 * FARE,
        other.pk: FARE,
    }
    assert set(Refund.objects.values_list("reason", flat=True)) == {Reason.OPERATOR}
    assert line_of(order).state == State.CANCELLED
    assert not Boarding.objects.filter(run=run).exists()
    assert taken(run) == [0, 0]
    before = everything()
    assert lines.end_choices(at=decide_by + MINUTE) == 0
    assert everything() == before


def test_calling_off_again_changes_nothing(run, sell):
    sell(run)
    call_off(run)
    before = everything()

    call_off(run)
    lines.follow_disruptions(at=AT)

    assert everything() == before


def test_how_many_it_concerns_is_known_before(run, sell):
    sell(run, 2)
    sell(run, 1)

    assert lines.touched_by(run) == lines.Touched(orders=2, people=3)
