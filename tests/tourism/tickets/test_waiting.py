"""Waiting for an entry time: by name, within the day's limits, and not by who holds a ticket of the day."""

from __future__ import annotations

from datetime import date, time

import pytest
from django.test import Client

from bookings.contracts import Demand
from bookings.inventory import operations as inventory
from bookings.orders import operations as orders
from bookings.waitlist import operations as waitlist
from bookings.waitlist import queries
from bookings.waitlist.models import Entry
from kernel import clock
from tests.factories.accounts import make_traveller
from tests.factories.tourism import ask_for, person, slot_on
from tests.tourism.conftest import VISIT, wish
from tourism.tickets import operations as tickets
from tourism.tickets.models import Admission, Slot

pytestmark = pytest.mark.django_db

ME = "guest:me"


def fill(slot: Slot) -> None:
    """Sell the entry time out: half of its day."""
    buckets = (slot.bucket_id, slot.day.bucket_id, slot.day.own_bucket_id)
    inventory.take([[Demand(bucket, 50) for bucket in buckets]])


def come_back(slot: Slot, places: int, at) -> None:
    buckets = (slot.bucket_id, slot.day.bucket_id, slot.day.own_bucket_id)
    inventory.give_back([Demand(bucket, places) for bucket in buckets], at=at)


def join(slot: Slot, *people: int, at, actor: str = ME) -> Entry:
    request = waitlist.JoinRequest(
        actor=actor, request_key=f"k{people}", region=slot.product.area.region, kind="ticket",
        refs=(str(slot.pk),), party=tuple(("", who) for who in people), limit_fen=100_000,
        language="en", contact="16100000001",
    )  # fmt: skip
    return waitlist.join(request, at=at)


def serve(slot: Slot, at) -> int:
    return waitlist.serve(region_id=slot.region_id, owner="one", at=at)


def test_who_holds_a_ticket_of_the_day_is_told_whatever_the_entry_time(slot, product, at):
    orders.place(wish(ask_for(slot, person(1)), total_fen=19_000), at=at)
    afternoon, other_day = (
        slot_on(product, VISIT, time(13)),
        slot_on(product, date(2026, 10, 15), time(8)),
    )
    asks = [
        ask_for(afternoon, person(1), person(2)),
        ask_for(afternoon, person(2)),
        ask_for(other_day, person(1)),
    ]

    told = tickets.held_that_day(asks)

    assert [type(each) for each in told] == [tickets.HoldsThatDay, type(None), type(None)]
    assert told[0].facts["people"] == 1


def test_what_comes_back_is_the_waiting_party_s_by_name(slot, at):
    fill(slot)
    me, child = make_traveller(ME), make_traveller(ME, sequence=888, born=date(2015, 1, 1))
    entry = join(slot, me.pk, child.pk, at=at)

    come_back(slot, 2, at)
    serve(slot, at)

    entry.refresh_from_db()
    assert entry.state == "OFFERED"
    held = set(Admission.objects.values_list("document_index", flat=True))
    assert held == {me.document_index, child.document_index}
    assert entry.order.total_fen == 19_000 + 9_500


def test_a_day_that_is_full_otherwise_is_named_and_then_waited_for_too(slot, at):
    fill(slot)
    me = make_traveller(ME)
    entry = join(slot, me.pk, at=at)
    inventory.take([[Demand(slot.day.bucket_id, 50)], [Demand(slot.day.own_bucket_id, 50)]])

    inventory.give_back([Demand(slot.bucket_id, 1)], at=at)
    serve(slot, at)

    entry.refresh_from_db()
    assert entry.state == "WAITING"
    [passing] = queries.passings(entry)
    assert passing.words.endswith("something came free, but the day is full otherwise.")
    inventory.give_back([Demand(slot.day.bucket_id, 1), Demand(slot.day.own_bucket_id, 1)], at=at)
    serve(slot, at)
    entry.refresh_from_db()
    assert entry.state == "OFFERED"


def test_a_sold_out_entry_time_leads_to_its_list(slot, at, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: at)
    fill(slot)
    area = slot.product.area

    shown = Client().get(f"/en/{area.region.slug}/areas/{area.slug}/?day={VISIT:%Y-%m-%d}")

    assert f"/waitlist/join/?kind=ticket&amp;ref={slot.pk}" in shown.content.decode()
