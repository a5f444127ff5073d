"""A number is sold or given back, never both: two tabs that account for a block at the same moment."""

from __future__ import annotations

import pytest

from bookings.cash.models import Shift, Taking
from bookings.desk import operations as desk
from bookings.desk.models import BlockNumber, NumberBlock, NumberState, Sale
from bookings.desk.operations import blocks
from kernel import clock
from tests.races.conftest import interrupt, run_together
from tests.tourism.conftest import slot  # noqa: F401
from tests.tourism.tickets.test_desk import ADULT, clerk_of, morning, product  # noqa: F401
from tests.tourism.tickets.test_numbers import KEY, reserve, work


@pytest.fixture
def committed(fresh_db, django_db_blocker):
    """Real commits, in a database of its own."""
    with django_db_blocker.unblock():
        yield


@pytest.fixture
def block(committed, slot, morning) -> NumberBlock:  # noqa: F811
    reserve(clerk_of(slot.product), slot, adult=1)
    work()
    return NumberBlock.objects.get()


def tell(block: NumberBlock, *numbers: int, is_done: bool = False) -> desk.Merged:
    shift = Shift.objects.get()
    sales = [desk.Sold(number, clock.now(), None) for number in numbers]
    actor = f"user:{shift.clerk_id}"
    mine = desk.find_block(block.pk, device_key=KEY, organisation_id=block.organisation_id)
    return desk.merge(mine, sales=sales, is_done=is_done, actor=actor, shift=shift, at=clock.now())


def given_back_meanwhile(patch: pytest.MonkeyPatch, block: NumberBlock) -> list[desk.Merged]:
    """One tab tells a sale; right before it is noted the other gives the rest back."""
    run = interrupt(patch, blocks, "_claim", lambda: tell(block, is_done=True))
    return run(lambda: tell(block, 1))


def test_a_number_that_is_given_back_at_this_moment_is_not_paid_for_too(block, monkeypatch):
    told, _back = given_back_meanwhile(monkeypatch, block)

    assert told.refused == {1: "returned"}
    assert BlockNumber.objects.get().state == NumberState.RETURNED
    assert (Taking.objects.count(), Sale.objects.count(), Shift.objects.get().taken_fen) == (
        0,
        0,
        0,
    )


def test_without_the_guard_it_is_paid_for_and_given_back_twin(block, monkeypatch):
    def unguarded(row, sold, shift, at):
        Sale.objects.create(order=row.order, shift=shift, given_fen=None, at=at)
        return True

    monkeypatch.setattr(blocks, "_claim", unguarded)
    given_back_meanwhile(monkeypatch, block)

    assert BlockNumber.objects.get().state == NumberState.RETURNED
    assert Shift.objects.get().taken_fen == ADULT


def test_two_tabs_that_tell_the_same_sale_put_its_cash_in_once(block):
    results = run_together(*[lambda: tell(block, 1, is_done=True) for _twin in range(2)])

    assert [result.accepted for result in results] == [[1], [1]]
    assert (Taking.objects.count(), Sale.objects.count()) == (1, 1)
    assert Shift.objects.get().taken_fen == ADULT
    assert BlockNumber.objects.get().state == NumberState.SOLD
