"""A seller closes what was offered a moment ago: the buyer is told so, and nothing is held."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time

import pytest
from django.db import connection

from bookings import registry
from bookings.contracts import Answer, Ask, Member
from bookings.inventory.models import Bucket
from bookings.orders import operations as orders
from bookings.orders.models import Hold, Line, Order
from kernel.errors import Refusal
from kernel.outbox.models import Event
from tests.factories.kernel import RegionFactory
from tests.factories.tourism import ProductFactory, ask_for, person, slot_on
from tests.factories.transport import shuttle_line
from tourism.tickets import offers as ticket_offers
from tourism.tickets import operations as tickets
from tourism.tickets.models import Admission, Slot
from transport.lines import operations as lines
from transport.lines.models import Boarding, Run

AT = datetime(2026, 9, 20, 2, 0, tzinfo=UTC)
DAY = date(2026, 10, 14)
PATIENCE = 10
WRITTEN = (Order, Line, Hold, Admission, Boarding)


@dataclass(frozen=True)
class Stall:
    """Something on sale, how it is closed, what says so, and how its guard is taken away."""

    ask: Ask
    region_id: int
    fen: int
    close: Callable[[], object]
    says: type[Refusal]
    unguard: Callable[[pytest.MonkeyPatch], None]


def unguard_entry_times(patch: pytest.MonkeyPatch) -> None:
    guarded = tickets.admissions._ADMIT
    at_its_time = "AND slot.starts_at = coalesce(seat.starts_at, slot.starts_at)"
    any_time = guarded.sql.replace("AND slot.is_open", "").replace(at_its_time, "")
    assert "is_open" not in any_time
    assert "coalesce" not in any_time
    unguarded = replace(guarded, name="admit_also_closed", sql=any_time)
    patch.setattr(tickets.admissions, "_ADMIT", unguarded)
    patch.setattr(tickets.admissions, "_gone", lambda _slot, _facts, _title: None)


def entry_time(member: Member, *, real_name: bool) -> Stall:
    slot = slot_on(ProductFactory(area__real_name_required=real_name), DAY)
    return Stall(
        ask=ask_for(slot, member),
        region_id=slot.region_id,
        fen=19_000,
        close=lambda: tickets.set_slot(slot=slot, actor="user:1", at=AT, is_open=False),
        says=ticket_offers.SlotClosed,
        unguard=unguard_entry_times,
    )


def moved_entry_time(member: Member, *, real_name: bool) -> Stall:
    stall = entry_time(member, real_name=real_name)
    slot = Slot.objects.get()
    return replace(
        stall,
        close=lambda: tickets.move_slot(
            slot=slot, starts=time(10), ends=time(12), actor="user:1", at=AT
        ),
        says=ticket_offers.SlotMoved,
    )


def named_moved_entry_time() -> Stall:
    return moved_entry_time(person(1), real_name=True)


def nameless_moved_entry_time() -> Stall:
    return moved_entry_time(Member(class_code="adult"), real_name=False)


def named_entry_time() -> Stall:
    return entry_time(person(1), real_name=True)


def nameless_entry_time() -> Stall:
    """A claim that writes no row of the seller's own."""
    return entry_time(Member(class_code="adult"), real_name=False)


def departure() -> Stall:
    line = shuttle_line(RegionFactory())
    lines.create_runs(region=line.region, first=DAY, last=DAY)
    run = Run.objects.filter(line=line).earliest("departs_at")
    any_state = lines.boarding._BOARD.replace("AND state = 'SCHEDULED'", "")
    assert any_state != lines.boarding._BOARD
    return Stall(
        ask=Ask("shuttle", f"{run.pk}:0:2", (person(1),)),
        region_id=line.region_id,
        fen=3_000,
        close=lambda: lines.cancel_run(run=run, actor="user:1", at=AT),
        says=lines.RunGone,
        unguard=lambda patch: patch.setattr(lines.boarding, "_BOARD", any_state),
    )


STALLS = [
    named_entry_time, nameless_entry_time, named_moved_entry_time, nameless_moved_entry_time,
    departure,
]  # fmt: skip


@pytest.fixture
def stall(request: pytest.FixtureRequest, fresh_db: str) -> Stall:
    made: Stall = request.param()
    return made


def buy_while_it_closes(stall: Stall, patch: pytest.MonkeyPatch) -> Order | Refusal:
    """The buyer's thread has its offer; the seller's thread closes; then the buyer goes on."""
    seller = registry.get(stall.ask.kind)
    offer, offered, closed = seller.offer, threading.Event(), threading.Event()

    def offer_and_wait(*, asks: Sequence[Ask], at: datetime) -> Sequence[Answer]:
        answers = offer(asks=asks, at=at)
        offered.set()
        assert closed.wait(PATIENCE)
        return answers

    def close() -> None:
        try:
            assert offered.wait(PATIENCE)
            stall.close()
        finally:
            closed.set()
            connection.close()

    patch.setattr(seller, "offer", offer_and_wait)
    desk = threading.Thread(target=close)
    desk.start()
    [outcome] = orders.place_many([wish(stall)], at=AT)
    desk.join()
    return outcome


def wish(stall: Stall) -> orders.PlaceRequest:
    return orders.PlaceRequest(
        actor="guest:a", request_key=uuid.uuid4().hex, region_id=stall.region_id,
        asks=(stall.ask,), shown_total_fen=stall.fen, language="en", contact="16100000001",
    )  # fmt: skip


@pytest.mark.parametrize("stall", STALLS, indirect=True)
def test_what_closed_since_it_was_offered_is_not_sold(stall, monkeypatch):
    outcome = buy_while_it_closes(stall, monkeypatch)

    assert isinstance(outcome, stall.says)
    assert [model.objects.count() for model in WRITTEN] == [0] * len(WRITTEN)
    assert not Bucket.objects.exclude(taken=0).exists()
    assert not Event.objects.filter(name__startswith="bookings.order").exists()


@pytest.mark.parametrize("stall", STALLS, indirect=True)
def test_twin_without_the_guard_it_is_sold_all_the_same(stall, monkeypatch):
    stall.unguard(monkeypatch)

    outcome = buy_while_it_closes(stall, monkeypatch)

    assert isinstance(outcome, Order)
    assert Bucket.objects.filter(taken=1).exists()
