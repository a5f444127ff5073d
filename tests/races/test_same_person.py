"""Two orders for the same person and entry time, or day, at the same moment: exactly one is placed.

The twin takes the unique indexes away and shows that the race is real: then both go through.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time

import pytest
from django.db import connection, connections
from pytest_django.plugin import DjangoDbBlocker

from bookings.contracts import Member
from bookings.orders import operations as orders
from bookings.orders.models import Order
from kernel.errors import Refusal
from tests.factories.tourism import ProductFactory, ask_for, person, slot_on
from tourism.tickets import operations as tickets
from tourism.tickets.models import Admission, Slot

AT = datetime(2026, 9, 20, 2, 0, tzinfo=UTC)
VISIT = date(2026, 10, 14)
ROUNDS = 10


@pytest.fixture
def unguarded(fresh_db: str, django_db_blocker: DjangoDbBlocker) -> None:
    """The same database without the indexes that keep a person from two places."""
    with django_db_blocker.unblock(), connection.cursor() as cursor:
        cursor.execute(
            "ALTER TABLE tourism_tickets_admission DROP CONSTRAINT tourism_tickets_admission_person"
        )
        cursor.execute("DROP INDEX tourism_tickets_admission_day")


def at_once(jobs: list[Callable[[], object]]) -> list[object]:
    """Run the jobs on threads that start together; their results or refusals, in order."""
    gate = threading.Barrier(len(jobs))
    results: list[object] = [None] * len(jobs)

    def run(index: int) -> None:
        gate.wait()
        try:
            results[index] = jobs[index]()
        except Refusal as refusal:
            results[index] = refusal
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(index,)) for index in range(len(jobs))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def wish(slot: Slot, *members: Member) -> dict[str, object]:
    return {
        "region_id": slot.region_id,
        "asks": (ask_for(slot, *members),),
        "shown_total_fen": 19_000 * len(members),
    }


def buy(actor: str, number: int, **what: object) -> Callable[[], object]:
    request = orders.PlaceRequest(
        actor=actor,
        request_key=f"{actor}-{number}",
        language="en",
        contact="16100000001",
        **what,
    )
    return lambda: orders.place(request, at=AT)


def test_one_person_gets_one_ticket_however_many_accounts_ask(
    fresh_db: str, django_db_blocker: DjangoDbBlocker
) -> None:
    with django_db_blocker.unblock():
        slot = slot_on(ProductFactory(), VISIT)
        for number in range(ROUNDS):
            what = wish(slot, person(number + 1))

            results = at_once([buy(actor, number, **what) for actor in ("guest:a", "guest:b")])

            assert sorted(type(result).__name__ for result in results) == [
                "AlreadyHolds",
                "Order",
            ]
        assert (Order.objects.count(), Admission.objects.count()) == (ROUNDS, ROUNDS)


def test_parties_that_overlap_in_opposite_order_do_not_lock_each_other_out(
    fresh_db: str, django_db_blocker: DjangoDbBlocker
) -> None:
    with django_db_blocker.unblock():
        slot = slot_on(ProductFactory(), VISIT)
        for number in range(ROUNDS):
            one, two = person(2 * number + 1), person(2 * number + 2)
            parties = {"guest:a": (one, two), "guest:b": (two, one)}

            results = at_once(
                [buy(actor, number, **wish(slot, *party)) for actor, party in parties.items()]
            )

            assert sorted(type(result).__name__ for result in results) == [
                "AlreadyHolds",
                "Order",
            ]
        assert Admission.objects.count() == 2 * ROUNDS


def test_one_person_gets_one_entry_time_of_a_day_however_many_accounts_ask(
    fresh_db: str, django_db_blocker: DjangoDbBlocker
) -> None:
    with django_db_blocker.unblock():
        product = ProductFactory()
        times = {"guest:a": slot_on(product, VISIT), "guest:b": slot_on(product, VISIT, time(13))}
        for number in range(ROUNDS):
            one, two = person(2 * number + 1), person(2 * number + 2)
            parties = {"guest:a": (one, two), "guest:b": (two, one)}

            results = at_once(
                [buy(who, number, **wish(times[who], *parties[who])) for who in parties]
            )

            assert sorted(type(result).__name__ for result in results) == [
                "AlreadyHolds",
                "Order",
            ]
        assert Admission.objects.count() == 2 * ROUNDS


@pytest.mark.parametrize("second", [time(8), time(13)], ids=["one time", "one day"])
def test_without_the_indexes_the_race_is_real(
    unguarded: None,
    django_db_blocker: DjangoDbBlocker,
    monkeypatch: pytest.MonkeyPatch,
    second: time,
) -> None:
    guarded = tickets.admissions._ADMIT
    sql = guarded.sql.replace("ON CONFLICT DO NOTHING", "").replace(
        "ORDER BY",
        """WHERE NOT EXISTS (
            SELECT 1 FROM tourism_tickets_admission AS held
            WHERE held.day_id = slot.day_id AND held.document_index = seat.document_index
        ) ORDER BY""",
    )
    twice = replace(guarded, name="admit_also_twice", sql=sql)
    monkeypatch.setattr(tickets.admissions, "_ADMIT", twice)
    with django_db_blocker.unblock():
        for number in range(ROUNDS * 30):  # as often as it takes the two to overlap once
            if number % 20 == 0:  # a slot has fifty places
                product, before = ProductFactory(), Admission.objects.count()
                slots = (slot_on(product, VISIT), slot_on(product, VISIT, second))
            at_once(
                [
                    buy(actor, number, **wish(slot, person(number + 1)))
                    for actor, slot in zip(("guest:a", "guest:b"), slots, strict=True)
                ]
            )
            before += 1
            if Admission.objects.count() > before:
                return

        pytest.fail("the two never overlapped")
