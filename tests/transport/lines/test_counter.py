"""A counter sells seats, laps and luggage; who sits on a lap has a name where people are named."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from accounts.organisations.models import Role
from accounts.travellers.models import Traveller
from bookings.cash import operations as drawers
from bookings.checkout import queries as carts
from bookings.contracts import Ask, Member
from bookings.desk.operations import Wish
from bookings.desk.typed import read_people
from bookings.holders import queries as holders
from bookings.orders import operations as orders
from bookings.orders.models import Line, Order
from kernel import clock
from tests.cast import enter
from tests.factories.accounts import MembershipFactory, make_traveller, resident_number
from tests.transport.lines.conftest import AT, DAY, FARE, wish
from transport.lines import operations as lines
from transport.lines.boarding_list import boarding_list
from transport.lines.models import LAP, LUGGAGE, Boarding, Run, ShuttleLine

BAG = 500
MOTHER, CHILD = resident_number(date(1990, 3, 4)), resident_number(date(2024, 3, 4), 997)


@pytest.fixture
def run(line, monkeypatch) -> Run:
    """One hour before the departure of a line by real name that takes laps and luggage along."""
    ShuttleLine.objects.update(
        lap_places=2, luggage_places=3, luggage_fee_fen=BAG, needs_names=True
    )
    Run.objects.all().delete()
    lines.create_runs(region=line.region, first=DAY, last=DAY)
    found = Run.objects.select_related("line").earliest("departs_at")
    monkeypatch.setattr(clock, "now", lambda: found.departs_at - timedelta(hours=1))
    return found


@pytest.fixture
def clerk(run) -> Client:
    member = MembershipFactory(organisation=run.line.organisation, role=Role.COUNTER)
    drawers.open_shift(
        clerk_id=member.user_id,
        organisation_id=run.line.organisation_id,
        float_fen=0,
        at=clock.now(),
    )
    return enter(member.user)


def typed(run: Run, people: str, **counts: str) -> dict[str, str]:
    return {
        "what": f"shuttle:{run.pk}:0:2", "people": people, "contact": "", "given": "",
        "request_key": "key-of-this-sale", **counts,
    }  # fmt: skip


def sell(clerk: Client, data: dict[str, str]):
    said = clerk.post(reverse("desk:price"), data).json()
    return clerk.post(
        reverse("desk:sell"), {**data, "shown_total_fen": str(said.get("total_fen", ""))}
    )


def test_the_desk_offers_seats_laps_and_luggage_at_their_prices(clerk, run):
    html = clerk.get(reverse("desk:sell"), {"what": f"shuttle:{run.pk}:0:2"}).content.decode()

    for code in ("adult", LAP, LUGGAGE):
        assert f'name="n_{code}"' in html
    assert 'id="r_adult"' in html
    assert f'id="r_{LAP}"' not in html, "nobody buys a lap alone without network"


def test_a_mother_with_her_child_and_a_suitcase(clerk, run):
    people = f"{MOTHER} 王妈妈\n{CHILD} 王小宝"

    answer = sell(
        clerk, typed(run, people, **{"n_adult": "1", f"n_{LAP}": "1", f"n_{LUGGAGE}": "1"})
    )

    order = Order.objects.get()
    assert answer.url == reverse("desk:print", args=[order.code])
    assert order.total_fen == FARE + BAG
    parts = {part.key: part.traveller_id for part in Line.objects.get().frozen_parts}
    names = dict(Traveller.objects.values_list("pk", "name"))
    assert (names[parts["p1"]], names[parts["l1"]], parts["g1"]) == ("王妈妈", "王小宝", 0)
    ride = Boarding.objects.get()
    assert (ride.riders, ride.laps, ride.bags) == (1, 1, 1)


@pytest.mark.parametrize(
    ("counts", "party"),
    [
        ({"adult": 2}, ["adult", "adult"]),
        ({}, ["", ""]),
        ({LUGGAGE: 1}, ["", "", LUGGAGE]),
        ({LAP: 1}, ["", "", LAP]),
        ({"adult": 1, LAP: 1}, ["adult", LAP]),
        ({LAP: 1, "adult": 2}, ["adult", "adult", LAP]),
        ({"adult": 1, LAP: 1, LUGGAGE: 2}, ["adult", LAP, LUGGAGE, LUGGAGE]),
    ],
)
def test_documents_take_seats_before_laps_and_never_a_suitcase(counts, party):
    people = tuple(read_people(f"{MOTHER} 王妈妈\n{CHILD} 王小宝"))
    classes = tuple(code for code, count in counts.items() for _n in range(count))

    asked = Wish("shuttle", "1:0:2", people=people, classes=classes)

    assert [*(asked.class_at(place) for place in range(2)), *asked.nameless] == party


def test_where_people_are_named_a_child_on_a_lap_is_too(run, at):
    nameless = Ask("shuttle", f"{run.pk}:0:2", (Member("adult", 1), Member(LAP), Member(LUGGAGE)))

    with pytest.raises(orders.NamesMissing):
        orders.place(wish(nameless, total_fen=FARE + BAG), at=at)

    assert not Order.objects.exists()


def test_its_name_stands_on_the_boarding_list_with_its_people(run, pay, at):
    mother, child = (
        make_traveller("guest:a", name=name, born=born, sequence=n)
        for name, born, n in (("王妈妈", date(1990, 3, 4), 996), ("王小宝", date(2024, 3, 4), 997))
    )
    party = (Member("adult", mother.pk), Member(LAP, child.pk), Member(LUGGAGE))
    pay(orders.place(wish(Ask("shuttle", f"{run.pk}:0:2", party), total_fen=FARE + BAG), at=at))

    [row] = boarding_list(run).rows

    assert row.name == "王妈妈"
    tail = child.document_masked[-4:]
    assert any("王小宝" in words and tail in words for words in row.extras)


def test_in_a_cart_the_youngest_sits_on_the_lap(run):
    from bookings.baskets import operations as baskets
    from bookings.baskets import queries as waiting

    child, mother = (
        make_traveller("guest:a", name=name, born=born, sequence=n)
        for name, born, n in (("王小宝", date(2024, 3, 4), 997), ("王妈妈", date(1990, 3, 4), 996))
    )
    baskets.add(
        actor="guest:a", region_id=run.line.region_id, kind="shuttle", ref=f"{run.pk}:0:2",
        classes=["adult", LAP, LUGGAGE], at=AT,
    )  # fmt: skip
    [item] = waiting.items_of(waiting.find(actor="guest:a", region_id=run.line.region_id))
    item.people = [child.pk, mother.pk]

    [asked] = carts.asks_of([item], ["guest:a"])

    assert [(m.class_code, m.name) for m in asked.party] == [
        ("adult", "王妈妈"), (LAP, "王小宝"), (LUGGAGE, ""),
    ]  # fmt: skip


def test_a_child_that_is_to_ride_on_a_lap_stays_in_the_book(run, pay, at):
    child = make_traveller("guest:a", name="王小宝", born=date(2024, 3, 4), sequence=997)
    mother = make_traveller("guest:a", name="王妈妈", born=date(1990, 3, 4))
    party = (Member("adult", mother.pk), Member(LAP, child.pk))
    pay(orders.place(wish(Ask("shuttle", f"{run.pk}:0:2", party), total_fen=FARE), at=at))

    assert str(DAY) in holders.held_by([child.pk], at)
    assert holders.held_by([child.pk], run.departs_at + timedelta(days=1)) == ""
