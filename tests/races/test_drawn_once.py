"""A draw is drawn once, one person is in it once, and nobody is in the draw and not in its list."""

from __future__ import annotations

import pytest
from django.db import IntegrityError

from bookings.draws import lot
from bookings.draws import operations as draws
from bookings.draws.models import Draw, Slip
from bookings.draws.operations import drawing, entering
from bookings.waitlist.models import Entry
from tests.bookings.draws.conftest import Lottery, lottery  # noqa: F401
from tests.races.conftest import KEPT_OUT_S, interrupt, meet, run_together


@pytest.fixture
def committed(fresh_db, django_db_blocker):
    """Real commits, in a database of its own."""
    with django_db_blocker.unblock():
        yield


@pytest.fixture
def closed(committed, lottery: Lottery) -> Draw:  # noqa: F811
    draw = lottery.open(places=2)
    for _one in range(3):
        lottery.enter(draw)
    return lottery.close(draw)


def test_two_who_draw_at_once_draw_once(closed, lottery, monkeypatch):  # noqa: F811
    meet(monkeypatch, drawing.lot, "drawn", of=2, within_s=KEPT_OUT_S)

    results = run_together(
        *[lambda: draws.draw(draw_id=closed.pk, at=lottery.now) for _twin in range(2)]
    )

    assert sorted(results) == [False, True]
    assert Entry.objects.count() == 2


def test_without_the_lock_only_the_table_keeps_the_second_from_serving_them_again(
    closed,
    lottery,  # noqa: F811
    monkeypatch,
):
    monkeypatch.setattr(drawing, "locked", lambda pk: Draw.objects.get(pk=pk))
    meet(monkeypatch, drawing.lot, "drawn", of=2)

    results = run_together(
        *[lambda: draws.draw(draw_id=closed.pk, at=lottery.now) for _twin in range(2)]
    )

    assert {type(result) for result in results} == {bool, IntegrityError}


def test_one_person_who_enters_twice_at_once_is_in_it_once(committed, lottery):  # noqa: F811
    draw = lottery.open()
    requests = [lottery.request(contact="16112345678") for _twin in range(2)]

    results = run_together(*[lambda r=r: draws.enter(draw, r, at=lottery.now) for r in requests])

    assert sorted(type(result).__name__ for result in results) == ["AlreadyIn", "Slip"]
    assert Slip.objects.count() == 1


def listed(draw: Draw) -> bool:
    """Whether the published hash is that of everybody who is in the draw."""
    draw.refresh_from_db()
    return draw.list_hash == lot.hash_of(drawing.parties_of(draw))


def race_to_close(patch: pytest.MonkeyPatch, lottery: Lottery, draw: Draw) -> None:  # noqa: F811
    """Somebody enters in the last second; it is closed right before the slip is written."""
    late = lottery.request()
    run = interrupt(
        patch,
        entering,
        "_write",
        lambda: draws.close(draw_id=draw.pk, at=draw.closes_at),
        within_s=KEPT_OUT_S,
    )
    run(lambda: draws.enter(draw, late, at=lottery.now))


def test_closing_waits_for_whoever_is_entering(committed, lottery, monkeypatch):  # noqa: F811
    draw = lottery.open()

    race_to_close(monkeypatch, lottery, draw)

    assert Slip.objects.count() == 1
    assert listed(draw)


def test_without_holding_it_open_somebody_is_in_the_draw_and_not_in_the_list(
    committed,
    lottery,  # noqa: F811
    monkeypatch,
):
    draw = lottery.open()
    monkeypatch.setattr(entering, "_stay_open", lambda _draw, _at: None)

    race_to_close(monkeypatch, lottery, draw)

    assert Slip.objects.count() == 1
    assert not listed(draw)
