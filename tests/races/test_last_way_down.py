"""Two buyers of different times up, one place down; what is confirmed while somebody buys."""

from __future__ import annotations

import pytest

from bookings import ceilings
from bookings.contracts import Ask
from bookings.inventory import operations as inventory
from bookings.inventory import queries as counts
from bookings.orders import operations as orders
from bookings.orders.models import Order
from portal.descent import operations
from portal.descent.ceiling import NoWayDown
from portal.descent.models import Threshold
from tests.factories.tourism import person
from tests.portal.descent.conftest import World, make_world, wish
from tests.races.conftest import meet, of_type, run_together
from tests.tourism.conftest import AT, VISIT


@pytest.fixture
def world(fresh_db: str) -> World:
    """One place down in all, from 16:00 to 17:00."""
    made = make_world()
    for hour, places in ((15, 0), (16, 1)):
        inventory.reshape(bucket_id=made.downs[hour].bucket_id, capacity=places, at=AT)
    operations.lay_out(mountain=made.mountain, day=VISIT, at=AT)
    return made


def buy(world: World, who: int, hour: int):
    request = wish(
        Ask("ride", str(world.ups[hour].pk), (person(who),)),
        region_id=world.region.pk,
        actor=f"guest:{who}",
    )
    return lambda: orders.place(request, at=AT)


def both(world: World, monkeypatch) -> list[object]:
    """Both have been offered their ride before either takes anything."""
    meet(monkeypatch, inventory, "take", of=2)
    return run_together(buy(world, 1, 9), buy(world, 2, 14))


def taken(world: World) -> int:
    row = Threshold.objects.filter(mountain=world.mountain).earliest("from_at")
    return counts.counts([row.bucket_id])[row.bucket_id][1]


def test_one_of_two_gets_the_last_place_down(world, monkeypatch):
    results = both(world, monkeypatch)

    assert (of_type(results, Order), of_type(results, NoWayDown)) == (1, 1)
    assert taken(world) == 1


def test_twin_without_the_ceiling_both_are_sold_up(world, monkeypatch):
    monkeypatch.setattr(ceilings, "counted", lambda offers, *, at: list(offers))

    results = both(world, monkeypatch)

    assert of_type(results, Order) == 2
    assert taken(world) == 0
