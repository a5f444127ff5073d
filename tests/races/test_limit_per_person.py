"""One person's last ticket of a month, asked for fifty times at once on as many days: one gets it."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, time, timedelta

import pytest

from bookings.contracts import Period
from bookings.inventory import queries as inventory
from bookings.inventory.models import Bucket
from bookings.orders import operations as orders
from bookings.orders.models import Order
from bookings.orders.operations import limits
from kernel.errors import Refusal
from tests.factories.tourism import ProductFactory, ask_for, person, slot_on
from tests.races.conftest import run_together
from tourism.tickets.models import PersonLimit, Slot

AT = datetime(2026, 9, 20, 2, 0, tzinfo=UTC)
FIRST = date(2026, 10, 1)
AT_ONCE, DAYS = 50, 10


@pytest.fixture
def slots(fresh_db: str) -> list[Slot]:
    """Ten days of one month: no two requests of a day are the same person's only obstacle."""
    product = ProductFactory()
    PersonLimit.objects.create(product=product, period=Period.MONTH, most=1)
    return [slot_on(product, FIRST + timedelta(days=n), time(8)) for n in range(DAYS)]


def ask(slot: Slot) -> Order | Refusal:
    wish = orders.PlaceRequest(
        actor=f"guest:{uuid.uuid4().hex}", request_key=uuid.uuid4().hex, region_id=slot.region_id,
        asks=(ask_for(slot, person(1)),), shown_total_fen=19_000, language="en", contact="16100000001",
    )  # fmt: skip
    return orders.place_many([wish], at=AT)[0]


def all_at_once(slots: list[Slot]) -> list[Order]:
    outcomes = run_together(*(lambda n=n: ask(slots[n % DAYS]) for n in range(AT_ONCE)))
    return [outcome for outcome in outcomes if isinstance(outcome, Order)]


def test_of_fifty_at_once_one_gets_it(slots):
    assert len(all_at_once(slots)) == 1

    assert Bucket.objects.get(key__startswith="person:").taken == 1
    assert Order.objects.count() == 1


def test_twin_that_only_looks_whether_there_is_room_sells_more(slots, monkeypatch):
    count = limits.counted

    def look(answers):
        found = count(answers)
        for answer in found:
            if not isinstance(answer, Refusal):
                wanted = {x.bucket_id for o in answer.offers for p in o.parts for x in p.limits}
                if min(inventory.left(wanted).values()) < 1:
                    return [limits.LimitReached(title="", most=1, period="", person="")]
        return answers

    monkeypatch.setattr(limits, "counted", look)

    assert len(all_at_once(slots)) > 1
