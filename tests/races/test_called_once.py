"""Places that a winner does not take are given to the next in the order once, however many look."""

from __future__ import annotations

import pytest
from django.db import IntegrityError

from bookings.draws import operations as draws
from bookings.draws.invariants import draw_can_be_worked_out_again
from bookings.draws.models import Draw, DrawState, Slip, Vacancy
from bookings.draws.operations import calling, drawing
from bookings.waitlist import operations as waitlist
from bookings.waitlist.models import Entry
from tests.bookings.draws.conftest import Lottery, lottery  # noqa: F401
from tests.races.conftest import KEPT_OUT_S, interrupt, meet, run_together


@pytest.fixture
def committed(fresh_db, django_db_blocker):
    """Real commits, in a database of its own."""
    with django_db_blocker.unblock():
        yield


@pytest.fixture
def vacated(committed, lottery: Lottery) -> Draw:  # noqa: F811
    """Two places, four who want one; the first winner declines."""
    draw = lottery.open(places=2)
    for _one in range(4):
        lottery.enter(draw)
    lottery.drawn(draw)
    lottery.serve()
    lottery.hear()
    first = draw.slips.select_related("entry__order").get(rank=1)
    waitlist.decline(entry=first.entry, at=lottery.now)
    lottery.hear()
    return draw


def test_two_who_look_at_once_call_one(vacated, lottery, monkeypatch):  # noqa: F811
    meet(monkeypatch, calling.lot, "drawn", of=2, within_s=KEPT_OUT_S)

    results = run_together(
        *[lambda: draws.call_in(draw_id=vacated.pk, at=lottery.now) for _twin in range(2)]
    )

    assert sorted(results) == [0, 1]
    assert (Vacancy.objects.count(), Entry.objects.count()) == (1, 3)
    assert Slip.objects.get(rank=3).step == 1
    assert not Slip.objects.get(rank=4).has_won
    assert draw_can_be_worked_out_again(lottery.now) == []


def test_without_the_lock_only_the_table_keeps_the_second_out_twin(
    vacated,
    lottery,  # noqa: F811
    monkeypatch,
):
    monkeypatch.setattr(drawing, "locked", lambda pk: Draw.objects.get(pk=pk))
    meet(monkeypatch, calling, "_vacate", of=2)

    results = run_together(
        *[lambda: draws.call_in(draw_id=vacated.pk, at=lottery.now) for _twin in range(2)]
    )

    assert {type(result) for result in results} == {int, IntegrityError}


@pytest.fixture
def closed(committed, lottery: Lottery) -> Draw:  # noqa: F811
    draw = lottery.open(places=2)
    for _one in range(3):
        lottery.enter(draw)
    return lottery.close(draw)


def called_off_meanwhile(patch: pytest.MonkeyPatch, lottery: Lottery, draw: Draw):  # noqa: F811
    """It is drawn; right before the winners are written somebody calls it off."""
    off = {"reason_zh": "大风", "reason_en": "", "actor": "user:1", "at": lottery.now}
    run = interrupt(
        patch, drawing, "serve", lambda: draws.call_off(draw_id=draw.pk, **off),
        within_s=KEPT_OUT_S,
    )  # fmt: skip
    return run(lambda: draws.draw(draw_id=draw.pk, at=lottery.now))


def test_a_draw_is_drawn_or_called_off_never_both(closed, lottery, monkeypatch):  # noqa: F811
    results = called_off_meanwhile(monkeypatch, lottery, closed)

    assert [type(result) for result in results] == [bool, draws.DrawnAlready]
    assert Draw.objects.get().state == DrawState.DRAWN
    assert Slip.objects.filter(has_won=True).count() == 2


def test_without_the_lock_it_is_both_twin(closed, lottery, monkeypatch):  # noqa: F811
    """Somebody wins what is called off."""
    monkeypatch.setattr(drawing, "locked", lambda pk: Draw.objects.get(pk=pk))

    results = called_off_meanwhile(monkeypatch, lottery, closed)

    assert not any(isinstance(result, draws.DrawnAlready) for result in results)
