"""A run that was called off runs after all: who has not chosen keeps the seat, at the time of now."""

from __future__ import annotations

from datetime import timedelta

from accounts.messages import quiet
from accounts.messages.models import Message
from bookings.refunds.models import Refund
from bookings.vouchers.models import Voucher
from kernel import invariants
from kernel.outbox import operations as outbox
from tests.transport.lines.conftest import AT
from tests.transport.lines.disrupting import MINUTE, SNOW, call_off, line_of, row_of, told
from transport.lines import operations as lines
from transport.lines.models import (
    AffectedRide,
    Boarding,
    OnSilence,
    RideChoice,
    RunState,
    TimetableTrip,
)


def test_a_run_that_runs_after_all_keeps_who_has_not_chosen(run, runs, sell):
    stays, left = sell(run), sell(run)
    call_off(run)
    lines.choose(row=row_of(left), choice=RideChoice.REFUND, at=AT)

    lines.restore_run(run=run, actor="user:1", at=AT + MINUTE)
    outbox.drain(at=AT + MINUTE)

    assert len(told("restored")) == 1
    row = row_of(stays)
    assert (row.choice, row.on_silence) == (RideChoice.OPEN, OnSilence.KEEP)
    lines.end_choices(at=row.decide_by)
    assert Boarding.objects.filter(line=row.line, run=run).exists()
    assert Refund.objects.count() == 1


def test_a_run_that_became_late_before_it_was_called_off_is_late_when_it_runs_after_all(run, sell):
    order = sell(run)
    lines.announce_delay(run=run, delay_s=40 * 60, reason=SNOW, actor="user:1", at=AT)
    call_off(run, at=AT + MINUTE)

    lines.restore_run(run=run, actor="user:1", at=AT + 2 * MINUTE)
    outbox.drain(at=AT + 2 * MINUTE)

    assert line_of(order).starts_at == run.departs_at + 40 * MINUTE
    [words] = told("restored")
    assert "08:40" in words
    assert invariants.check("ride-at-the-time-of-its-run", at=AT + timedelta(hours=1)) == []


def test_a_run_that_was_moved_while_it_was_called_off_runs_at_its_new_time(run, sell):
    order = sell(run)
    call_off(run)
    trip = TimetableTrip.objects.get(pk=run.trip_id)
    TimetableTrip.objects.filter(pk=trip.pk).update(departs_s=trip.departs_s + 600)
    lines.retime(trip_ids=[trip.pk], actor="user:1", at=AT + MINUTE)
    outbox.drain(at=AT + MINUTE)

    lines.restore_run(run=run, actor="user:1", at=AT + timedelta(hours=1))
    outbox.drain(at=AT + timedelta(hours=1))

    assert line_of(order).starts_at == run.departs_at + 10 * MINUTE
    voucher = Voucher.objects.get(line__order=order)
    assert voucher.valid_from == run.departs_at + (10 - 60) * MINUTE
    assert invariants.check("ride-at-the-time-of-its-run", at=AT + timedelta(hours=2)) == []


def test_brought_back_while_its_riders_are_being_asked_silence_keeps_the_seat(
    run, sell, monkeypatch
):
    sell(run)
    lines.cancel_run(run=run, actor="user:1", at=AT)
    until = quiet.waking_until

    def meanwhile(*words):
        lines.restore_run(run=run, actor="user:1", at=AT)
        monkeypatch.setattr(quiet, "waking_until", until)
        return until(*words)

    monkeypatch.setattr(quiet, "waking_until", meanwhile)
    outbox.drain(at=AT)

    row = AffectedRide.objects.get()
    assert (row.choice, row.on_silence) == (RideChoice.OPEN, OnSilence.KEEP)
    assert lines.end_choices(at=row.decide_by) == 0
    assert Boarding.objects.filter(run=run).exists()


def test_who_was_never_asked_hears_when_it_runs_after_all(run, sell):
    order = sell(run)
    lines.announce_delay(run=run, delay_s=20 * 60, reason=SNOW, actor="user:1", at=AT)
    lines.cancel_run(run=run, actor="user:1", at=AT)
    lines.restore_run(run=run, actor="user:1", at=AT)

    outbox.drain(at=AT)
    lines.follow_disruptions(at=AT + MINUTE)

    assert line_of(order).starts_at == run.departs_at + 20 * MINUTE
    assert Message.objects.filter(kind="bookings.news.moved").count() == 1


def test_brought_back_at_once_nobody_is_told_or_refunded(run, sell):
    sell(run)
    lines.cancel_run(run=run, actor="user:1", at=AT)
    lines.restore_run(run=run, actor="user:1", at=AT)

    outbox.drain(at=AT)

    run.refresh_from_db()
    assert run.state == RunState.SCHEDULED
    assert not AffectedRide.objects.exists()
    assert not Message.objects.filter(kind__startswith="transport.lines").exists()
