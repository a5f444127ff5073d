"""A bus that says where it is: its rider, a friend with the link, and the operator's desk see it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page
from pytest_django.plugin import DjangoDbBlocker

from bookings.gates.devices import DeviceKey, packed
from tests.e2e import journey
from tests.e2e.conftest import DESK, PHONE, Open
from tests.e2e.watching import Watch
from tests.factories import fleet
from tests.transport.vehicles import drive
from transport.fleet.models import Vehicle
from transport.lines.models import Boarding, Run
from transport.telematics import operations as telematics

PLATE = "皖J20241"


@pytest.fixture(autouse=True)
def in_this_thread(
    site: str, django_db_blocker: DjangoDbBlocker, monkeypatch: pytest.MonkeyPatch
) -> Iterator[None]:
    """The browser's loop runs in the thread that asks the database."""
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    with django_db_blocker.unblock():
        yield


class Bus:
    """A device in a vehicle that drives the run of an order."""

    def __init__(self, page: Page, token: str) -> None:
        self.page, self.key = page, DeviceKey()
        ride = Boarding.objects.select_related("run__line").get(line__order__token=token)
        self.run, at = ride.run, datetime(2026, 10, 24, tzinfo=UTC)
        organisation = self.run.line.organisation
        vehicle = Vehicle.objects.filter(organisation=organisation, plate=PLATE).first()
        self.vehicle = vehicle or fleet.vehicle(
            organisation, PLATE, telephone="0559-1234567", lap_places=5, luggage_places=50
        )
        drive(self.run, self.vehicle, at=at)
        code = telematics.invite(vehicle=self.vehicle, actor="user:1", at=self.now())
        told = self._post("enrol", {"code": code, "public_key": packed(self.key.public)})
        self.number, self.now_ms = told["device"], told["now_ms"]

    def now(self) -> datetime:
        """The site's clock, as an answer of it says."""
        said = self.page.request.get("/gtfs-rt/huangshan/alerts.json").json()
        return datetime.fromtimestamp(int(said["header"]["timestamp"]), UTC)

    def says(self, number: int) -> None:
        """It is at a stop, by that stop's own time on its run."""
        stop = self.run.pattern.stops.select_related("place").order_by("seq")[number]
        self._leave_at(self.now() - timedelta(seconds=stop.arrives_s))
        place = {"lat": stop.place.latitude, "lon": stop.place.longitude, "speed": 11.5}
        self._post("positions", {"positions": [{"at_ms": self._ms(), **place}]}, signed=True)

    def goes_by_the_timetable(self) -> None:
        """Its run again departs when it was to."""
        self._leave_at(self.run.departs_at)

    def _leave_at(self, at: datetime) -> None:
        Run.objects.filter(pk=self.run.pk).update(departs_at=at)

    def _ms(self) -> int:
        return int(self.now().timestamp() * 1000)

    def _post(self, name: str, body: object, *, signed: bool = False) -> dict[str, int]:
        path, raw = f"/telematics/v1/{name}", json.dumps(body).encode()
        headers = {"Content-Type": "application/json"}
        if signed:
            at = self.now()
            headers |= self.key.headers(device_id=self.number, path=path, body=raw, at=at)
        answer = self.page.request.post(path, data=raw, headers=headers)
        assert answer.ok, answer.text()
        return dict(answer.json())


def bought(page: Page, lang: str, serial: int) -> str:
    """A ride of one person; the token of its order."""
    journey.choose_seats(page, lang, seats=1)
    journey.name_party(page, [serial])
    journey.confirm(page, "16100000009")
    journey.pay(page)
    return page.url.split("/")[-2]


@pytest.mark.parametrize(("size", "lang"), [(DESK, "zh-hans"), (PHONE, "en")])
def test_a_ride_is_seen_shared_and_ended(
    open_browser: Open, open_as: Open, watch: Watch, size: dict[str, int], lang: str
) -> None:
    page = open_browser(size)
    bus = Bus(page, bought(page, lang, 4_100 + size["width"]))
    page.locator("a[href*='/ride/']").click()
    watch.look(page, "ride-before")

    bus.says(0)
    page.reload()
    assert PLATE in page.inner_text("main")
    page.locator("form[action$='/share/'] button").click()
    link = page.locator("a[href*='/v/']")
    watch.look(page, "ride")

    friend = open_browser(size)
    friend.goto(str(link.get_attribute("href")))
    assert PLATE in friend.inner_text("main")
    watch.look(friend, "ride-shared")

    bus.goes_by_the_timetable()
    page.locator("form[action$='/unshare/'] button").click()
    watch.expect(404)
    friend.reload()
    assert PLATE not in friend.inner_text("main")


def test_the_desk_assigns_vehicles_and_invites_devices(open_as: Open, watch: Watch) -> None:
    desk = open_as("operator")
    desk.goto("/en/ops/transport_fleet/vehicle/")
    watch.look_at_office(desk, "vehicles")
    desk.goto("/en/ops/transport_lines/assignment/")
    assert re.search(r"Assignments", desk.inner_text("body"), re.I)
    watch.look_at_office(desk, "assignments")
    desk.goto("/en/ops/transport_telematics/position/")
    watch.look_at_office(desk, "positions")
