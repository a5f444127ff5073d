"""What tourists and operators see of shuttles and ways down."""

from __future__ import annotations

from datetime import time

import pytest
from django.test import Client
from django.utils import translation

from bookings.inventory import queries as counts
from kernel import clock
from portal.descent.board import WIDTH, curve
from portal.descent.figures import Carried
from portal.descent.models import Goes, Way
from portal.descent.panels import shuttles_here
from portal.descent.queries import Now
from tests.cast import enter
from tests.factories.accounts import MembershipFactory, UserFactory
from tests.portal.descent.conftest import World
from tests.tourism.conftest import VISIT
from tourism.areas.models import Gate
from transport.direct.models import ShuttleDeparture

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def half_past_eight(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: world.region.at(VISIT, time(8, 30)))


@pytest.fixture
def desk(world: World, client: Client) -> Client:
    """Somebody at the desk of the mountain's house."""
    user = UserFactory()
    MembershipFactory(user=user, organisation=world.mountain.organisation, role="OPERATOR")
    return enter(user, client=client)


def test_the_page_of_an_area_offers_the_shuttles_to_its_gates(world, client):
    last = world.shuttle.pattern.stops.latest("seq").place
    Gate.objects.create(area=world.product.area, place=last, slug="north", name_zh="北门")

    with translation.override("en"):
        panel = shuttles_here(place=world.product.area.place, at=clock.now())

    [row] = panel.context["rows"]
    assert row["fen"] == 3_000
    assert row["href"].endswith(f"/{world.region.slug}/direct/{world.shuttle.slug}/")
    page = client.get(f"/en/{world.region.slug}/areas/{world.product.area.slug}/")
    assert row["href"] in page.content.decode()


def test_an_area_without_one_says_nothing(world):
    assert shuttles_here(place=world.product.area.place, at=clock.now()) is None


def test_the_page_of_a_line_leads_to_its_tickets_by_time(world, client):
    page = client.get(f"/en/{world.region.slug}/lines/{world.shuttle.line.slug}/")

    assert f"/direct/{world.shuttle.slug}/" in page.content.decode()
    assert "Pay on board" not in page.content.decode()


def test_the_desk_sees_people_up_and_places_down_in_both_languages(world, desk):
    for language, words in (("en", "places down until 17:00"), ("zh-hans", "下山运力")):
        page = desk.get(f"/{language}/descents/{world.mountain.pk}/")
        assert words in page.content.decode()
    state = desk.get(f"/en/descents/{world.mountain.pk}/state/").json()
    assert (state["up"], state["places"], state["state"]) == ("0", "240", "good")
    assert desk.get("/en/descents/").status_code == 200


def test_a_desk_sends_only_buses_of_its_own_house(world, desk):
    Way.objects.create(mountain=world.mountain, shuttle=world.shuttle, goes=Goes.DOWN)
    said = {"shuttle": world.shuttle.pk, "minutes": 20, "seats": 45, "request_key": "k"}
    url = f"/en/descents/{world.mountain.pk}/send/"

    assert desk.post(url, said).status_code == 200
    assert not ShuttleDeparture.objects.exists()

    bus_house = world.shuttle.line.organisation
    other = UserFactory()
    MembershipFactory(user=other, organisation=bus_house, role="OPERATOR")
    at_the_bus = enter(other)
    answers = [at_the_bus.post(url, said) for _time in range(2)]

    assert [answer.status_code for answer in answers] == [302, 302]
    assert ShuttleDeparture.objects.count() == 1
    window = ShuttleDeparture.objects.get().window
    assert counts.counts([window.bucket_id])[window.bucket_id][0] == 95


@pytest.mark.parametrize(
    ("until", "hours"), [(12, "09 10 11 12"), (17, "09 11 13 15 17"), (18, "10 12 14 16 18")]
)
def test_the_curve_names_so_many_hours_as_a_phone_has_room_for(world, until, hours):
    starts_at, ends_at = (world.region.at(VISIT, time(hour)) for hour in (8, until))
    way = Carried(starts_at, ends_at, 100)
    now = Now(world.mountain, up=0, to_come=0, places=100, ways=[way], lack=None)

    found = curve(now, at=clock.now())

    assert [words[:2] for words, _x in found.hours] == hours.split()
    assert found.hours[-1][1] == WIDTH
