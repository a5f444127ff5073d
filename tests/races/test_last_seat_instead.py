"""Two riders of a called off run want the last seat of the next one: one has it, the other still chooses.

The twin looks how many seats are left and writes then, and shows that the race is real: both get it.
"""

from __future__ import annotations

import sys
import uuid
from collections.abc import Callable, Collection
from datetime import datetime

import pytest
from django.db import transaction
from django.db.models import F

from bookings.contracts import Demand
from bookings.fulfilment import operations as fulfilment
from bookings.inventory import operations as inventory
from bookings.inventory import queries as counts
from bookings.inventory.models import Bucket
from bookings.orders import operations as orders
from bookings.orders.models import Line
from bookings.payments.models import Attempt, AttemptState
from kernel.errors import Refusal
from kernel.outbox import operations as outbox
from tests.bookings.orders.test_settle import money
from tests.factories.kernel import RegionFactory
from tests.factories.transport import shuttle_line
from tests.races.conftest import drop_constraint, meet, of_type, run_together, unlock
from tests.transport.lines.conftest import AT, DAY, FARE, ride, wish
from transport.lines import operations as lines
from transport.lines.models import AffectedRide, Boarding, RideChoice, Run

choosing = sys.modules["transport.lines.operations.choosing"]


def sold(run: Run, who: int) -> Line:
    asked = wish(ride(run, first=who), total_fen=FARE, actor=f"guest:{who}")
    order = orders.place(asked, at=AT)
    attempt = Attempt.objects.create(
        order=order, provider="sandbox", token=uuid.uuid4().hex, provider_ref="pay",
        amount_fen=FARE, captured_fen=FARE, currency="CNY", created_at=AT, ended_at=AT,
        state=AttemptState.SUCCEEDED,
    )  # fmt: skip
    with transaction.atomic():
        orders.settle(facts=money(order, attempt_id=attempt.pk), at=AT)
    fulfilment.deliver(order_id=order.pk, at=AT)
    return order.lines.get()


@pytest.fixture
def runs(fresh_db: str) -> list[Run]:
    """A run with two riders that is called off, and the next one with one seat."""
    line = shuttle_line(RegionFactory())
    lines.create_runs(region=line.region, first=DAY, last=DAY)
    first, second, *others = Run.objects.order_by("departs_at")
    for who in (1, 2):
        sold(first, who)
    for other in others:
        lines.cancel_run(run=other, actor="user:1", at=AT)
    lines.set_seats(run=second, seats=1, actor="user:1", at=AT)
    lines.cancel_run(run=first, actor="user:1", at=AT)
    outbox.drain(at=AT)
    return [first, second]


def wants(row: AffectedRide, run: Run) -> Callable[[], object]:
    def job() -> object:
        lines.choose(row=row, choice=RideChoice.MOVE, ref=f"{run.pk}:0:2", at=AT)
        return run

    return job


def both(run: Run) -> list[object]:
    rows = AffectedRide.objects.select_related("line__order").order_by("pk")
    return run_together(*[wants(row, run) for row in rows])


def taken(run: Run) -> int:
    return max(count for _capacity, count in counts.counts(run.segments).values())


def test_of_two_one_has_the_last_seat_and_the_other_keeps_the_other_choices(runs, monkeypatch):
    first, second = runs
    meet(monkeypatch, choosing, "exchange", of=2)

    results = both(second)

    assert (of_type(results, Run), of_type(results, Refusal)) == (1, 1)
    assert (taken(first), taken(second)) == (1, 1)
    assert Boarding.objects.filter(run=second).count() == 1
    [left] = AffectedRide.objects.filter(choice=RideChoice.OPEN)
    lines.choose(row=left, choice=RideChoice.REFUND, at=AT)
    assert taken(first) == 0


class Twin:
    """A swap without lock or guard: both have looked before either writes."""

    def room(self, want: Collection[Demand]) -> bool:
        left = counts.left(demand.bucket_id for demand in want)
        return all(left[demand.bucket_id] >= demand.units for demand in want)

    def swap(
        self, *, give: Collection[Demand], want: Collection[Demand], at: datetime
    ) -> inventory.Shortage | None:
        if not self.room(want):
            return inventory.Shortage(0, 1, 0)
        for demands, sign in ((give, -1), (want, 1)):
            for each in sorted(demands, key=lambda demand: demand.bucket_id):
                rows = Bucket.objects.filter(pk=each.bucket_id)
                rows.update(taken=F("taken") + sign * each.units)
        return None


def test_twin_that_looks_before_it_takes_gives_the_last_seat_to_both(runs, monkeypatch):
    _first, second = runs
    drop_constraint("bookings_inventory_bucket", "bookings_inventory_bucket_taken_within_capacity")
    unlock(monkeypatch)
    meet(monkeypatch, Twin, "room", of=2, after=True)
    monkeypatch.setattr(inventory, "swap", Twin().swap)

    results = both(second)

    assert of_type(results, Run) == 2
    assert taken(second) == 2
