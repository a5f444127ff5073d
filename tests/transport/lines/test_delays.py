"""A run is late: riders are told at once, and from the line's own minutes on they choose."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bookings.news import choices
from bookings.refunds import operations as refunds
from bookings.refunds.models import Refund
from bookings.vouchers.models import Voucher
from kernel.audit.models import Entry
from tests.transport.lines.conftest import AT, FARE
from tests.transport.lines.disrupting import MINUTE, SNOW, everything, late, line_of, row_of, told
from transport.lines import operations as lines
from transport.lines.models import AffectedRide, Boarding, Disruption, OnSilence, RideChoice, Run


def test_of_a_small_delay_riders_are_told_with_the_new_time_and_nothing_to_choose(run, sell):
    order, before = sell(run, 2), sell(run).lines.get()

    late(run, 20)

    run.refresh_from_db()
    line = line_of(order)
    assert (run.delay_s, line.starts_at) == (1200, run.departs_at + 20 * MINUTE)
    assert line.ends_at == before.ends_at + 20 * MINUTE
    assert line.terms == before.terms
    assert not AffectedRide.objects.exists()
    [words, _other] = told("late")
    assert all(each in words for each in ("08:20", "08:00", "Snow on the road."))
    audited = Entry.objects.get(action="lines.delay-run")
    assert (audited.actor, audited.facts["delay_s"]) == ("user:1", 1200)


def test_codes_are_good_from_the_timetable_until_after_the_late_arrival(run, sell):
    order = sell(run)
    before = Voucher.objects.get(line__order=order)

    late(run, 90)

    after = Voucher.objects.get(line__order=order)
    assert after.valid_from == before.valid_from
    assert after.valid_until == before.valid_until + 90 * MINUTE


def test_from_the_lines_own_minutes_on_riders_choose_and_silence_keeps_the_seat(run, sell):
    order = sell(run)

    late(run, run.line.choice_from_min)

    row = row_of(order)
    assert (row.on_silence, row.decide_by) == (OnSilence.KEEP, line_of(order).starts_at)
    [words] = told("late-choose")
    assert "your seat stays yours" in " ".join(words.split())
    [choice] = choices.open_choices([row.line_id])
    assert (choice.page, choice.is_kept) == ("rides:ride", True)

    assert lines.end_choices(at=row.decide_by) == 0

    row.refresh_from_db()
    assert (row.choice, row.ended_at) == (RideChoice.KEEP, row.decide_by)
    assert Boarding.objects.filter(run=run, line=row.line).exists()
    assert not Refund.objects.exists()


def test_one_second_less_than_the_lines_own_minutes_gives_no_choice(run, sell):
    sell(run)
    least = run.line.choice_from_min * 60

    lines.announce_delay(run=run, delay_s=least - 1, reason=SNOW, actor="user:1", at=AT)
    lines.follow_disruptions(at=AT)
    assert not AffectedRide.objects.exists()

    lines.announce_delay(run=run, delay_s=least, reason=SNOW, actor="user:1", at=AT + MINUTE)
    lines.follow_disruptions(at=AT + MINUTE)
    assert AffectedRide.objects.count() == 1


def test_a_delay_that_is_said_again_changes_nothing(run, sell):
    sell(run)
    late(run, 40)
    before = everything()

    assert late(run, 40) is None
    assert lines.follow_disruptions(at=AT) == 0

    assert everything() == before


def test_a_newer_delay_takes_the_place_of_the_one_before(run, sell):
    order = sell(run)
    late(run, 40)
    first = row_of(order)

    late(run, 15, at=AT + MINUTE)

    first.refresh_from_db()
    newest = row_of(order)
    assert (first.choice, newest.choice) == (RideChoice.KEEP, RideChoice.OPEN)
    assert newest.disruption.has_choice, "who may choose once may still when it shrinks"
    assert line_of(order).starts_at == run.departs_at + 15 * MINUTE
    assert Disruption.objects.filter(ended_at=None).count() == 1


def test_on_time_again_lines_are_where_they_were(run, sell):
    order = sell(run)
    late(run, 20)

    late(run, 0, at=AT + MINUTE)

    assert line_of(order).starts_at == run.departs_at
    assert len(told("late")) == 2


def test_who_buys_a_late_run_knows_and_has_nothing_to_choose(run, sell):
    late(run, 40)

    order = sell(run)
    lines.follow_disruptions(at=AT)

    assert line_of(order).starts_at == run.departs_at + 40 * MINUTE
    assert not AffectedRide.objects.exists()


def test_who_paid_while_it_was_announced_is_found_later(run, sell, monkeypatch):
    with monkeypatch.context() as quiet:
        quiet.setattr(Run, "leaves_at", property(lambda self: self.departs_at))
        late(run, 40)
        order = sell(run)
    assert line_of(order).starts_at == run.departs_at

    assert lines.follow_disruptions(at=AT + MINUTE) == 1

    assert line_of(order).starts_at == run.departs_at + 40 * MINUTE
    assert row_of(order).choice == RideChoice.OPEN


@pytest.mark.parametrize(
    ("refusal", "minutes", "when"),
    [
        (lines.TooLongADelay, 12 * 60 + 1, timedelta(days=-1)),
        (lines.RunHasEnded, 10, timedelta(minutes=50)),
    ],
)
def test_what_cannot_be_late_is_refused_and_nothing_changes(run, sell, refusal, minutes, when):
    sell(run)
    before = everything()

    with pytest.raises(refusal):
        late(run, minutes, at=run.departs_at + when)

    run.refresh_from_db()
    assert (run.delay_s, everything()) == (0, before)


def test_a_called_off_run_is_not_late(run):
    lines.cancel_run(run=run, actor="user:1", at=AT)

    with pytest.raises(lines.RunIsCalledOff):
        late(run, 10)


def test_in_the_meantime_an_ordinary_cancellation_is_whole_too(run, sell):
    order = sell(run)
    shortly = run.departs_at - MINUTE
    late(run, 45, at=shortly)
    line = line_of(order)

    quoted = refunds.quote(order=order, parts={line.pk: ["p1"]}, at=shortly)

    assert quoted.refund_fen == FARE
