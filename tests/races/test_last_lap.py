"""Two families, one last place for a child on a lap: one has it, and the other no seat without it."""

from __future__ import annotations

import sys
import uuid

import pytest

from bookings.contracts import Ask, Member
from bookings.inventory.models import Bucket
from bookings.orders import operations as orders
from bookings.orders.models import Order
from kernel import invariants
from tests.factories.kernel import RegionFactory
from tests.factories.transport import shuttle_line
from tests.races.conftest import drop_constraint, meet, of_type, run_together
from tests.races.test_last_place import unguarded_take
from tests.transport.lines.conftest import AT, DAY, FARE
from transport.lines import operations as lines
from transport.lines.models import LAP, Boarding, Run

inventory = sys.modules["bookings.inventory.operations"]


@pytest.fixture
def run(fresh_db: str) -> Run:
    """A departure with one place for a child on a lap."""
    line = shuttle_line(RegionFactory())
    line.lap_places = 1
    line.save()
    lines.create_runs(region=line.region, first=DAY, last=DAY)
    return Run.objects.earliest("departs_at")


def family(run: Run, who: int):
    """An adult with a child on the lap."""

    def bought() -> Order:
        party = (Member("adult"), Member(LAP))
        request = orders.PlaceRequest(
            actor=f"guest:{who}", request_key=uuid.uuid4().hex, region_id=run.line.region_id,
            asks=(Ask("shuttle", f"{run.pk}:0:2", party),), shown_total_fen=FARE, language="en",
            contact="16100000001",
        )  # fmt: skip
        return orders.place(request, at=AT)

    return bought


def taken(buckets: list[int]) -> set[int]:
    return set(Bucket.objects.filter(pk__in=buckets).values_list("taken", flat=True))


def test_one_of_two_families_has_it(run, monkeypatch):
    meet(monkeypatch, inventory, "take", of=2)

    results = run_together(family(run, 1), family(run, 2))

    assert (of_type(results, Order), of_type(results, orders.SoldOut)) == (1, 1)
    assert taken(run.lap_segments) == taken(run.segments) == {1}
    assert Boarding.objects.get().laps == 1
    assert invariants.check("beside-equals-taken-along", at=AT) == []


def test_twin_without_the_guard_two_sit_on_one_lap_too_many(run, monkeypatch):
    drop_constraint("bookings_inventory_bucket", "bookings_inventory_bucket_taken_within_capacity")
    monkeypatch.setattr(inventory, "take", unguarded_take)

    results = run_together(family(run, 1), family(run, 2))

    assert of_type(results, Order) == 2
    assert taken(run.lap_segments) == {2}
