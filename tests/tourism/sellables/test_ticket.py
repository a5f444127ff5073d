"""The seller as the core sees it: browse, fulfil, refund."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest

from bookings.contracts import Demand, Done
from bookings.inventory import operations as inventory
from bookings.orders import operations as orders
from tests.factories.tourism import ProductFactory, ask_for, person, slot_on
from tests.tourism.conftest import VISIT, wish
from tourism.areas.models import Closure
from tourism.sellables.ticket import Ticket

pytestmark = pytest.mark.django_db


@pytest.fixture
def line(slot, at):
    people = (person(1), person(2, date(1960, 1, 1)))
    return orders.place(wish(ask_for(slot, *people), total_fen=19_000), at=at).lines.get()


def test_browsing_lists_open_entry_times_with_price_and_what_is_left(slot, product):
    inventory.take([[Demand(slot.bucket_id, 10), Demand(slot.day.bucket_id, 80)]])
    ProductFactory()

    [row] = Ticket().browse(
        region_id=product.area.region_id, supplier_id=None, first=VISIT, last=VISIT
    )

    assert (row.ref, row.from_fen, row.left) == (str(slot.pk), 19_000, 20)
    assert (row.starts_at, row.supplier_id) == (slot.starts_at, product.area.organisation_id)


def test_browsing_leaves_out_closed_ones_and_other_suppliers(slot, product):
    look = {"region_id": product.area.region_id, "first": VISIT, "last": VISIT}
    assert Ticket().browse(supplier_id=product.area.organisation_id + 1, **look) == []
    Closure.objects.create(
        area=product.area, first_date=VISIT, last_date=VISIT, reason_zh="停", reason_en="Stop"
    )

    assert Ticket().browse(supplier_id=None, **look) == []


def test_browsing_costs_five_statements(slot, product, django_assert_num_queries):
    for _number in range(3):
        slot_on(ProductFactory(area__region=product.area.region), VISIT, time(9))

    with django_assert_num_queries(5):
        rows = Ticket().browse(
            region_id=product.area.region_id, supplier_id=None, first=VISIT, last=VISIT
        )

    assert len(rows) == 4


def test_fulfilling_gives_everybody_a_right_to_enter_the_area(line, slot, product, at):
    [outcome] = Ticket().fulfil(lines=[line], at=at)

    assert isinstance(outcome, Done)
    first, second = outcome.entitlements
    assert (first.zone, first.entries, first.traveller_id) == (f"area:{product.area_id}", 1, 1)
    assert first.valid_from == slot.starts_at - timedelta(minutes=15)
    assert first.valid_until == slot.ends_at
    assert first.show["check"] == {}
    assert (second.part_key, second.show["age"]) == ("p2", 66)
    assert second.show["check"]["en"] == "senior_free condition"
    assert Ticket().fulfil(lines=[line], at=at) == [outcome]


def test_fulfilling_asks_what_was_called_off_who_changed_and_what_goes_with_it(
    line, at, django_assert_num_queries
):
    with django_assert_num_queries(3):
        Ticket().fulfil(lines=[line], at=at)


def test_a_cancelled_part_gets_no_right(line, at):
    line.cancelled_parts = ["p1"]

    [outcome] = Ticket().fulfil(lines=[line], at=at)

    assert [right.part_key for right in outcome.entitlements] == ["p2"]


def test_the_whole_price_comes_back_until_midnight_before_the_visit(line, product):
    midnight = product.area.region.at(VISIT, time(0))

    def back(at):
        return Ticket().refundable(line=line, part_keys=["p1", "p2"], at=at)

    assert back(midnight) == 19_000
    assert back(midnight + timedelta(seconds=1)) == 0


def test_withdrawing_twice_is_once(line, at):
    Ticket().withdraw(lines=[(line, ["p1"])], at=at)
    Ticket().withdraw(lines=[(line, ["p1"])], at=at)

    [claim] = Ticket().claim(claims=[line.claim], at=at)
    assert claim is None
