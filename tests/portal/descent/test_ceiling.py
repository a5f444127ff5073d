"""Sales up against the places down: refused where more would be up than come down."""

from __future__ import annotations

from datetime import time, timedelta

import pytest

from bookings.contracts import Ask
from bookings.inventory import operations as inventory
from bookings.inventory import queries as counts
from bookings.orders import operations as orders
from bookings.orders.models import Hold, Order
from bookings.vouchers import operations as vouchers
from bookings.vouchers.models import Pass
from bookings.vouchers.posts import Post
from kernel.errors import Refusal
from portal.descent import operations, queries
from portal.descent.ceiling import NoWayDown
from portal.descent.models import Goes, Mountain, Shortfall, Threshold, Way
from tests.factories.accounts import MembershipFactory
from tests.factories.tourism import person
from tests.portal.descent.conftest import World, buy, wish
from tests.tourism.conftest import AT, VISIT
from tourism.crowd import operations as crowd
from tourism.tickets import operations as tickets
from tourism.tickets.models import Choice, StoppedLine
from transport.direct.models import ShuttleDeparture

pytestmark = pytest.mark.django_db


def up(world: World, hour: int, people: int, first: int = 1) -> Ask:
    party = tuple(person(n) for n in range(first, first + people))
    return Ask("ride", str(world.ups[hour].pk), party)


def place(world: World, *asks: Ask) -> Order:
    return orders.place(wish(*asks, region_id=world.region.pk), at=AT)


def refusal(world: World, *asks: Ask) -> Refusal:
    before = Order.objects.count(), Hold.objects.count(), sum(taken(world))
    with pytest.raises(Refusal) as refused:
        place(world, *asks)
    assert (Order.objects.count(), Hold.objects.count(), sum(taken(world))) == before
    return refused.value


def taken(world: World) -> list[int]:
    rows = Threshold.objects.filter(mountain=world.mountain).order_by("from_at")
    found = counts.counts([row.bucket_id for row in rows])
    return [found[row.bucket_id][1] for row in rows]


def shrink(world: World, hour: int, places: int) -> None:
    """The cableway carries so many down in this hour."""
    inventory.reshape(bucket_id=world.downs[hour].bucket_id, capacity=places, at=AT)


def test_a_sale_up_takes_a_place_of_every_way_down_from_when_it_is_ready(world):
    place(world, up(world, 9, 2))
    place(world, up(world, 14, 3, first=10))

    # Down at 15, 16 and until 17. Up until 10:00 is ready at 10:30; up until 15:00 at 15:30.
    assert taken(world) == [5, 3, 0]


def test_nobody_is_sold_up_who_cannot_come_down(world):
    shrink(world, 15, 3)
    shrink(world, 16, 2)
    place(world, up(world, 14, 2))

    refused = refusal(world, up(world, 14, 1, first=10))

    assert refused.code == "no_way_down"
    assert "earlier time" in refused.reason
    place(world, up(world, 9, 3, first=20))
    assert refusal(world, up(world, 9, 1, first=30)).code == "no_way_down"


def test_after_the_last_descent_nobody_goes_up(world):
    """Up from 16 to 17, down until 17."""
    assert isinstance(refusal(world, up(world, 16, 1)), NoWayDown)


def test_what_is_cancelled_is_free_for_others(world):
    shrink(world, 15, 1)
    shrink(world, 16, 1)
    order = place(world, up(world, 14, 1))

    orders.abandon(order=order, at=AT)

    assert taken(world) == [0, 0, 0]
    place(world, up(world, 14, 1, first=5))


def test_places_for_walkers_are_kept(world):
    shrink(world, 15, 2)
    shrink(world, 16, 2)
    Mountain.objects.update(reserve=1)

    place(world, up(world, 14, 1))

    assert refusal(world, up(world, 14, 1, first=10)).code == "no_way_down"


def test_figures_that_nobody_has_confirmed_stop_no_sale(world):
    Mountain.objects.update(confirmed_at=None)

    place(world, up(world, 16, 1))

    assert not Threshold.objects.exists()
    assert operations.confirm(mountain=world.mountain, actor="user:1", at=AT)
    assert refusal(world, up(world, 16, 1, first=10)).code == "no_way_down"


def test_who_was_sold_before_the_figures_counted_keeps_a_place_down(world):
    Mountain.objects.update(confirmed_at=None)
    place(world, up(world, 14, 2))
    shrink(world, 15, 3)
    shrink(world, 16, 3)
    operations.confirm(mountain=world.mountain, actor="user:1", at=AT)

    place(world, up(world, 14, 1, first=10))

    assert refusal(world, up(world, 14, 1, first=20)).code == "no_way_down"


def test_a_way_that_closes_stops_sales_and_one_that_opens_lets_them_go_on(world):
    place(world, up(world, 14, 2))
    type(world.downs[16]).objects.filter(pk=world.downs[16].pk).update(is_open=False)
    operations.follow_all(at=AT)
    assert refusal(world, up(world, 14, 1, first=10)).code == "no_way_down"

    type(world.downs[16]).objects.filter(pk=world.downs[16].pk).update(is_open=True)
    operations.follow_all(at=AT)
    place(world, up(world, 14, 1, first=20))


def go_up(world: World, people: int) -> None:
    """So many ride up at nine."""
    order = buy(world, up(world, 9, people))
    post = Post(
        zone=world.lift.zone, title={"en": "Lift"}, organisation_id=world.product.area.organisation_id,
        region_id=world.region.pk, door=world.lift.from_place.slug,
    )  # fmt: skip
    at = world.region.at(VISIT, time(9, 10))
    for carrier in Pass.objects.filter(order=order):
        vouchers.redeem(
            text=carrier.short_code, post=post, request_key=str(carrier.pk), actor="user:1", at=at
        )
    crowd.look(at=at + timedelta(minutes=1))


class TestTheDay:
    @pytest.fixture
    def three_up(self, world) -> World:
        go_up(world, 3)
        return world

    def test_people_up_and_places_down_are_known(self, three_up):
        now = queries.now_at(three_up.mountain, at=three_up.region.at(VISIT, time(12)))

        assert (now.up, now.to_come, now.places, now.lack) == (3, 0, 240, None)

    def test_a_shortfall_is_told_once_and_ends(self, three_up):
        world = three_up
        noon = world.region.at(VISIT, time(12))
        MembershipFactory(organisation=world.mountain.organisation, role="OPERATOR")
        shrink(world, 15, 1)
        shrink(world, 16, 1)

        assert (operations.look(at=noon), operations.look(at=noon)) == (1, 0)
        short = Shortfall.objects.get()
        assert (short.people, short.places, short.buses, short.ended_at) == (3, 2, 1, None)

        shrink(world, 16, 5)
        assert operations.look(at=noon) == 0
        assert Shortfall.objects.get().ended_at == noon

    def test_a_bus_that_is_sent_counts_and_ends_the_shortfall(self, three_up):
        world = three_up
        half_past = world.region.at(VISIT, time(12, 30))
        Way.objects.create(mountain=world.mountain, shuttle=world.shuttle, goes=Goes.DOWN)
        for hour in world.downs:
            shrink(world, hour, 0)
        for window in world.windows:
            inventory.reshape(bucket_id=window.bucket_id, capacity=1, at=AT)
        operations.look(at=half_past)
        assert Shortfall.objects.get().ended_at is None

        send = {
            "mountain": world.mountain, "shuttle": world.shuttle, "minutes": 80, "seats": 50,
            "request_key": "k", "actor": "user:1", "at": half_past,
        }  # fmt: skip
        first, again = operations.send_bus(**send), operations.send_bus(**send)

        assert first == again
        assert ShuttleDeparture.objects.count() == 1
        assert Shortfall.objects.get().ended_at == half_past

    def test_a_bus_that_leads_elsewhere_is_not_sent(self, three_up):
        with pytest.raises(operations.NotAWayDown):
            operations.send_bus(
                mountain=three_up.mountain, shuttle=three_up.shuttle, minutes=10, seats=45,
                request_key="k", actor="user:1", at=AT,
            )  # fmt: skip
        assert not ShuttleDeparture.objects.exists()


def stop_at_nine(world: World) -> StoppedLine:
    """The cableway stands still from nine to ten; the one line that is sold then has a choice."""
    nine = world.ups[9].starts_at
    made = tickets.suspend(
        zone=world.lift.zone, starts=nine, until=nine + timedelta(hours=1), reason="Wind",
        actor="user:1", at=nine,
    )  # fmt: skip
    tickets.follow_suspension(suspension_id=made.pk, at=nine)
    return StoppedLine.objects.select_related("line__order", "suspension").get()


def test_who_takes_another_time_is_counted_among_who_comes_down_after_that(world):
    buy(world, up(world, 9, 2))
    row, nine = stop_at_nine(world), world.ups[9].starts_at
    assert taken(world) == [2, 0, 0]

    tickets.choose(row=row, choice=Choice.MOVE, slot_id=world.ups[14].pk, at=nine)

    assert taken(world) == [2, 2, 0]
    row.line.refresh_from_db()
    held = dict(Hold.objects.values_list("bucket_id", "units"))
    asked = {pk for part in row.line.frozen_parts for pk in (d.bucket_id for d in part.demands)}
    assert set(held) == asked
    assert set(held.values()) == {2}


def test_nobody_takes_another_time_after_which_they_cannot_come_down(world):
    buy(world, up(world, 9, 2))
    place(world, up(world, 14, 1, first=10))
    shrink(world, 16, 2)
    operations.follow_all(at=AT)
    row, nine = stop_at_nine(world), world.ups[9].starts_at
    before = taken(world)

    for hour in (14, 16):
        with pytest.raises(NoWayDown):
            tickets.choose(row=row, choice=Choice.MOVE, slot_id=world.ups[hour].pk, at=nine)

    row.refresh_from_db()
    assert row.choice == Choice.OPEN
    assert taken(world) == before
