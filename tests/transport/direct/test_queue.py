"""The queue of a boarding point: who came, who was carried, what is said of vehicles."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import pytest
from django.test import Client
from django.utils import translation

from bookings.inventory import queries as inventory
from bookings.vouchers import operations as vouchers
from bookings.vouchers import posts
from bookings.vouchers.models import Pass
from kernel import clock
from kernel.audit.models import Entry as Audited
from kernel.places import live
from tests.cast import enter
from tests.factories.accounts import MembershipFactory, OrganisationFactory, UserFactory
from tests.transport.direct.conftest import sell
from tests.transport.lines.conftest import DAY
from transport.direct import operations as direct
from transport.direct.models import DirectShuttle, ShuttleDeparture
from transport.direct.queues import Queue, queues_of

pytestmark = pytest.mark.django_db
MIN = timedelta(minutes=1)


@pytest.fixture
def eight(region) -> datetime:
    return region.at(DAY, time(8, 30))


def queue(shuttle: DirectShuttle, at: datetime) -> Queue:
    return queues_of(shuttle.line.region, [shuttle], at=at)[shuttle.pk]


def arrive(window, people: int, at: datetime, first: int = 1) -> None:
    """So many are scanned at the boarding point."""
    order = sell(window, people, first=first)
    house = window.shuttle.line.organisation_id
    [post] = posts.of_zone(window.shuttle.zone, organisation_id=house, at=at)
    for carrier in Pass.objects.filter(order=order):
        vouchers.redeem(
            text=carrier.short_code, post=post, request_key=f"{carrier.pk}", actor="user:1", at=at
        )


def depart(shuttle, people: int, at: datetime, key: str = "k", **more) -> ShuttleDeparture:
    return direct.depart(
        shuttle=shuttle, people=people, seats=50, request_key=key, actor="user:1", at=at, **more
    )


def test_who_came_and_was_not_carried_waits(shuttle, windows, eight):
    arrive(windows[0], 5, eight)
    depart(shuttle, 3, eight + MIN)

    now = queue(shuttle, eight + 2 * MIN)

    assert (now.waiting, now.came, now.carried) == (2, 5, 3)
    assert queue(shuttle, eight + timedelta(days=1)).waiting == 0


def test_the_same_departure_told_twice_is_one(shuttle, eight):
    first, again = (depart(shuttle, 3, eight) for _time in range(2))

    assert first == again
    assert ShuttleDeparture.objects.count() == 1


def test_what_the_crew_has_counted_sets_the_queue_right(shuttle, windows, eight):
    arrive(windows[0], 2, eight)
    depart(shuttle, 50, eight + MIN, still_waiting=12)
    arrive(windows[0], 1, eight + 2 * MIN, first=10)

    assert queue(shuttle, eight + 3 * MIN).waiting == 13


def test_a_vehicle_that_was_said_to_come_is_the_one_that_leaves(shuttle, eight):
    said = direct.say_coming(
        shuttle=shuttle, due_at=eight + 7 * MIN, seats=50, request_key="c", actor="user:1", at=eight
    )
    assert queue(shuttle, eight).wait_min == 7

    left = depart(shuttle, 40, eight + 8 * MIN)

    assert (left.pk, left.due_at, left.left_at) == (said.pk, said.due_at, eight + 8 * MIN)


@pytest.mark.parametrize(
    ("refusal", "said"),
    [
        (direct.TooManyAboard, {"people": 51, "seats": 50}),
        (direct.NoSuchFigure, {"people": -1, "seats": 50}),
        (direct.NoSuchFigure, {"people": 1, "seats": 0}),
        (direct.NoSuchFigure, {"people": 1, "seats": 50, "still_waiting": -1}),
    ],
)
def test_impossible_figures_change_nothing(shuttle, eight, refusal, said):
    with pytest.raises(refusal):
        direct.depart(shuttle=shuttle, request_key="k", actor="user:1", at=eight, **said)

    assert not ShuttleDeparture.objects.exists()


def test_one_more_vehicle_adds_its_places_to_its_time_once(shuttle, windows, eight):
    sent = {
        "shuttle": shuttle, "due_at": eight + 40 * MIN, "seats": 45, "request_key": "x",
        "actor": "user:1", "at": eight,
    }  # fmt: skip

    first, again = direct.send_extra(**sent), direct.send_extra(**sent)

    windows[1].refresh_from_db()
    assert (first, first.window_id, windows[1].extra) == (again, windows[1].pk, 1)
    assert inventory.counts([windows[1].bucket_id])[windows[1].bucket_id][0] == 95
    assert [entry.action for entry in Audited.objects.all()] == ["direct.send-extra"]


def test_one_more_vehicle_that_has_left_is_not_sent_again_by_the_same_request(
    shuttle, windows, eight
):
    sent = {
        "shuttle": shuttle, "due_at": eight + 40 * MIN, "seats": 45, "request_key": "x",
        "actor": "user:1", "at": eight,
    }  # fmt: skip
    left = {"shuttle": shuttle, "people": 9, "seats": 45, "request_key": "y", "actor": "user:1"}
    first = direct.send_extra(**sent)
    gone, gone_again = (direct.depart(**left, at=eight + n * MIN) for n in (1, 2))

    again, said_again = direct.send_extra(**sent), direct.say_coming(**sent)

    windows[1].refresh_from_db()
    assert {first, gone, gone_again, again, said_again} == {ShuttleDeparture.objects.get()}
    assert windows[1].extra == 1
    assert inventory.counts([windows[1].bucket_id])[windows[1].bucket_id][0] == 95


def test_after_the_last_departure_none_is_added(shuttle, eight):
    with pytest.raises(direct.NothingRuns):
        direct.send_extra(
            shuttle=shuttle, due_at=eight + timedelta(hours=8), seats=45, request_key="x",
            actor="user:1", at=eight,
        )  # fmt: skip
    assert not ShuttleDeparture.objects.exists()


def test_the_queue_is_said_at_its_boarding_point(shuttle, windows, region, eight):
    arrive(windows[0], 1, eight)

    place_id = shuttle.pattern.stops.get(seq=0).place_id
    with translation.override("en"):
        said = live.of_region(region.pk, at=eight)[place_id].load

    assert "1 person waiting" in said
    assert "min" in said


class TestPages:
    @pytest.fixture(autouse=True)
    def now(self, monkeypatch, eight) -> None:
        monkeypatch.setattr(clock, "now", lambda: eight)

    @pytest.fixture
    def driver(self, shuttle, client: Client) -> Client:
        user = UserFactory()
        MembershipFactory(user=user, organisation=shuttle.line.organisation, role="DRIVER")
        return enter(user, client=client)

    def test_tourists_see_times_and_the_queue(self, client, region, shuttle):
        page = client.get(f"/en/{region.slug}/direct/{shuttle.slug}/?day={DAY}")
        state = client.get(f"/en/{region.slug}/direct/{shuttle.slug}/state/")

        assert page.status_code == 200
        assert "08:00–09:00" in page.content.decode()
        assert state.json()["waiting"] == "0"
        again = client.get(
            f"/en/{region.slug}/direct/{shuttle.slug}/state/",
            headers={"If-None-Match": state.headers["ETag"]},
        )
        assert again.status_code == 304
        assert client.get(f"/zh-hans/{region.slug}/direct/").status_code == 200

    def test_a_driver_says_that_the_bus_leaves(self, driver, shuttle):
        page = driver.get(f"/en/queues/{shuttle.pk}/")
        said = {"people": 30, "seats": 45, "still_waiting": "", "request_key": "k"}

        answers = [driver.post(f"/en/queues/{shuttle.pk}/depart/", said) for _time in range(2)]

        assert page.status_code == 200
        assert [answer.status_code for answer in answers] == [302, 302]
        assert ShuttleDeparture.objects.get().people == 30

    def test_too_many_is_said_at_its_field(self, driver, shuttle):
        said = {"people": 46, "seats": 45, "still_waiting": "", "request_key": "k"}

        answer = driver.post(f"/en/queues/{shuttle.pk}/depart/", said)

        assert answer.status_code == 200
        assert "45 places" in answer.content.decode()
        assert not ShuttleDeparture.objects.exists()

    def test_a_driver_sends_no_more_vehicles_and_a_stranger_sees_nothing(self, driver, shuttle):
        said = {"seats": 45, "minutes": 20, "request_key": "k"}
        assert driver.post(f"/en/queues/{shuttle.pk}/extra/", said).status_code == 404

        MembershipFactory._meta.model.objects.update(organisation=OrganisationFactory())
        assert driver.get(f"/en/queues/{shuttle.pk}/").status_code == 404
        assert driver.post(f"/en/queues/{shuttle.pk}/depart/", said).status_code == 404
        assert not ShuttleDeparture.objects.exists()
