"""What people transfer by hand, two of them at once: one refund, one order's limit, one tab."""

from __future__ import annotations

import sys
from functools import partial

import pytest
from django.db.models import F

from bookings.ledger import operations as books
from bookings.ledger import queries as ledger
from bookings.payments import providers
from bookings.payments.providers import Outcome, Returned
from bookings.refunds import operations as refunds
from bookings.refunds.models import Refund, RefundState
from bookings.tabs import operations as tabs
from bookings.tabs.models import Item, Payout, Tab
from bookings.tabs.operations import payouts
from kernel.outbox import operations as outbox
from tests.bookings.refunds.conftest import ANNA, BEN, Sulky
from tests.factories.kernel import RegionFactory
from tests.races.conftest import (
    KEPT_OUT_S,
    NOT_KEPT_OUT_S,
    interrupt,
    meet,
    of_type,
    run_together,
    unlock,
)

by_hand = sys.modules["bookings.refunds.operations.by_hand"]
sending = sys.modules["bookings.refunds.operations.sending"]

FEN = 1000


@pytest.fixture
def service(party) -> Sulky:
    """The sandbox, which refuses every refund until a test says otherwise."""
    made = Sulky(providers.get("sandbox"), Returned(Outcome.FAILED, "not refundable"))
    providers.register(made)
    return made


@pytest.fixture
def stuck(service, paid, now) -> list[Refund]:
    """Two refunds of one order, of 1,000 fen each, that wait for a person; the buyer has said where to."""
    for part in ("p0", "p1"):
        refunds.cancel(
            order=paid, parts={paid.lines.get().pk: [part]}, shown_fen=FEN, actor="guest:a",
            reason="BUYER", at=now,
        )  # fmt: skip
    outbox.drain(at=now)
    made = list(Refund.objects.filter(state=RefundState.FAILED).order_by("pk"))
    for refund in made:
        refunds.ask_for_account(refund_id=refund.pk, actor="user:9", at=now)
    return made


def transfer(refund: Refund, actor: str, at):
    return lambda: refunds.pay_out(refund_id=refund.pk, reference=f"T-{actor}", actor=actor, at=at)


def transferred() -> int:
    """By the books."""
    return -ledger.balance("bank:payouts")


def test_one_refund_is_transferred_by_one_of_two(stuck, now, monkeypatch):
    meet(monkeypatch, by_hand, "_locked", of=2, within_s=KEPT_OUT_S, after=True)

    results = run_together(*[transfer(stuck[0], actor, now) for actor in (ANNA, BEN)])

    assert sorted(type(result) for result in results if result) == [refunds.NotStuck]
    assert transferred() == FEN


def test_twin_without_the_locks_both_transfer_and_the_books_know_of_one(stuck, now, monkeypatch):
    unlock(monkeypatch)
    meet(monkeypatch, by_hand, "_locked", of=2, after=True)

    results = run_together(*[transfer(stuck[0], actor, now) for actor in (ANNA, BEN)])

    assert results == [None, None]
    assert len(results) * FEN - transferred() == FEN


def both_by_one(stuck, now) -> list[object]:
    """One person transfers two refunds of one order in two windows; they have asked for the accounts."""
    for refund in stuck:
        refunds.ask_for_account(refund_id=refund.pk, actor=ANNA, at=now)
    return run_together(*[transfer(refund, ANNA, now) for refund in stuck])


def test_two_transfers_of_one_order_add_up_to_the_limit(stuck, now, settings, monkeypatch):
    settings.REFUND_LIMIT_FEN = 2 * FEN - 1
    meet(monkeypatch, by_hand, "_is_above_limit", of=2, within_s=KEPT_OUT_S, after=True)

    results = both_by_one(stuck, now)

    assert of_type(results, refunds.SecondPerson) == 1
    assert transferred() == FEN


def test_twin_without_the_locks_one_person_transfers_more(stuck, now, settings, monkeypatch):
    settings.REFUND_LIMIT_FEN = 2 * FEN - 1
    unlock(monkeypatch)
    meet(monkeypatch, by_hand, "_is_above_limit", of=2, after=True)

    results = both_by_one(stuck, now)

    assert results == [None, None]
    assert transferred() == 2 * FEN > settings.REFUND_LIMIT_FEN


def send_while_it_is_transferred(stuck, service, now, patch, within_s: float) -> list[object]:
    """Somebody tries the service once more; before they write that it is sent, another transfers it."""
    [refund, _other] = stuck
    run = interrupt(patch, sending, "_rename", transfer(refund, ANNA, now), within_s=within_s)
    results = run(lambda: refunds.send_again(refund_id=refund.pk, at=now))
    service.answer = Returned(Outcome.SUCCEEDED)
    service.asked = 0
    outbox.drain(at=now)
    return results


def test_what_is_sent_again_is_not_transferred_meanwhile(stuck, service, now, monkeypatch):
    sent, transfer_ = send_while_it_is_transferred(stuck, service, now, monkeypatch, KEPT_OUT_S)

    assert (sent, type(transfer_)) == (True, refunds.NotStuck)
    assert (service.asked, transferred()) == (1, 0)


def test_twin_without_the_locks_it_is_transferred_and_sent(stuck, service, now, monkeypatch):
    unlock(monkeypatch)

    results = send_while_it_is_transferred(stuck, service, now, monkeypatch, NOT_KEPT_OUT_S)

    assert results == [True, None]
    assert (service.asked, transferred()) == (1, FEN)
    assert Refund.objects.get(pk=stuck[0].pk).state == RefundState.DONE


@pytest.fixture
def owed(db, at) -> Tab:
    """A tab whose holder has paid 1,000 fen too much."""
    tab = Tab.objects.create(name="旅行社", region=RegionFactory(), limit_fen=5000, used_fen=-FEN)
    Item.objects.create(tab=tab, token="t", fen=-FEN, at=at)
    legs = [("provider:sandbox", FEN), (tab.subject, -FEN)]
    books.post(
        key="t", subject=tab.subject, memo="paid twice", postings=legs,
        region_id=tab.region_id, at=at,
    )  # fmt: skip
    return tab


def pay_out_in_two_windows(tab: Tab, at) -> list[object]:
    pay = partial(tabs.pay_out, tab_id=tab.pk, at=at)
    return run_together(*[partial(pay, actor=actor) for actor in (ANNA, BEN)])


@pytest.mark.parametrize("is_locked", [True, False])
def test_a_tab_is_paid_out_once(owed, at, monkeypatch, is_locked):
    """By its lock or, without it, by the one statement that looks at what is owed."""
    if not is_locked:
        unlock(monkeypatch)

    results = pay_out_in_two_windows(owed, at)

    assert of_type(results, tabs.NothingOwed) == 1
    assert (Tab.objects.get().used_fen, transferred()) == (0, FEN)


def test_twin_without_both_it_is_paid_out_twice(owed, at, monkeypatch):
    def take_off(read: Tab, fen: int) -> bool:
        Tab.objects.filter(pk=read.pk).update(used_fen=F("used_fen") + fen)
        return read.used_fen <= -fen

    unlock(monkeypatch)
    monkeypatch.setattr(payouts, "_take_off", take_off)
    meet(monkeypatch, Payout.objects, "create", of=2)

    results = pay_out_in_two_windows(owed, at)

    assert of_type(results, Payout) == 2
    assert (Tab.objects.get().used_fen, transferred()) == (FEN, 2 * FEN)
