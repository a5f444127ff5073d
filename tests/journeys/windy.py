"""A windy day on the mountain: who has booked the cableway, who is up there, and the operator's desk."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from accounts.identity.models import User
from accounts.messages import operations as messages
from bookings.contracts import Member
from bookings.orders import operations as orders
from bookings.orders.models import Line, Order
from bookings.payments import operations as payments
from bookings.vouchers import operations as vouchers
from bookings.vouchers.models import Pass
from bookings.vouchers.posts import Post
from kernel import clock
from kernel.outbox import operations as outbox
from tests.bookings.payments.conftest import Party
from tests.cast import enter
from tests.factories.accounts import MembershipFactory, TouristFactory, make_traveller
from tests.factories.kernel import PlaceFactory
from tests.factories.tourism import (
    CablewayFactory,
    ProductFactory,
    ask_for,
    ride_product,
    slot_on,
)
from tests.tourism.conftest import VISIT, wish
from tourism.areas.models import Gate, Scans
from tourism.areas.posts import area_posts
from tourism.crowd import operations as crowd
from tourism.crowd import queries as counted
from tourism.crowd.models import Stop, Watch
from tourism.tickets import operations as tickets
from tourism.tickets.models import StoppedLine, Way

RIDE_FEN, GATE_FEN = 8_000, 19_000


class Mountain:
    """One gate with exits scanned, one cableway with rides up at every hour and down at fifteen."""

    def __init__(self, patch: pytest.MonkeyPatch, sandbox: Party) -> None:
        self.sandbox, self.people, self.keys = sandbox, 0, 0
        product = ProductFactory()
        self.area, self.region = product.area, product.area.region
        self.watch = Watch.objects.create(area=self.area, instant_cap=100, scans_exits=True)
        Gate.objects.create(
            area=self.area, slug="front", name_zh="前门", name_en="Front Gate", scans=Scans.BOTH,
            place=PlaceFactory(region=self.region),
        )  # fmt: skip
        self.lift = CablewayFactory(area=self.area)
        self.up, self.down = (ride_product(self.lift, way) for way in (Way.UP, Way.DOWN))
        self.entry = slot_on(product, VISIT, time(8))
        self.rides = {hour: self._ride(self.up, hour) for hour in (10, 11, 12, 13, 14)}
        self.rides_down = {15: self._ride(self.down, 15)}
        self.tomorrow = self._ride(self.up, 10, days=1)
        self.now = self.region.at(VISIT, time(7))
        patch.setattr(clock, "now", lambda: self.now)

    def _ride(self, product: Any, hour: int, days: int = 0) -> Any:
        day = VISIT + timedelta(days=days)
        return slot_on(product, day, time(hour), ends=time(hour + 1), permille=1000)

    def at(self, hour: int, minute: int = 0, second: int = 0) -> datetime:
        return self.region.at(VISIT, time(hour, minute, second))

    def until(self, hour: int, minute: int = 0, second: int = 0) -> None:
        """The clock goes on, and beat and workers with it."""
        self.now = self.at(hour, minute, second)
        self.works()

    def works(self) -> None:
        crowd.carry_out(at=self.now)
        tickets.end_stops(at=self.now)
        for _round in range(6):
            outbox.drain(at=self.now)
        messages.deliver_due(at=self.now)
        crowd.look(at=self.now)

    def buys(self, *slots: Any, people: int = 1, later: str = "") -> Buyer:
        """Somebody has paid for these at the payment service's page. ``later``: what it does when it
        is to give money back."""
        user = TouristFactory()
        party = [self._member(user) for _one in range(people)]
        fen = sum(GATE_FEN if slot == self.entry else RIDE_FEN for slot in slots) * people
        asks = [ask_for(slot, *party) for slot in slots]
        order = orders.place(
            wish(*asks, total_fen=fen, actor=user.actor, user_id=user.pk, owners=(user.actor,)),
            at=self.now,
        )
        attempt = payments.pay_by(
            order=order, provider="sandbox", at=self.now, buyer=payments.Buyer("http://x/back")
        )
        self.sandbox.press(attempt, later=later)
        payments.ask(attempt=attempt, at=self.now)
        self.works()
        return Buyer(self, user, order)

    def _member(self, user: User) -> Member:
        """Somebody new in a buyer's book."""
        self.people += 1
        born = date(1981, 1, 1) + timedelta(days=self.people)
        made = make_traveller(user.actor, name=f"游客{self.people}", born=born)
        return Member(class_code="", traveller_id=made.pk)

    def post(self, zone: str, door: str, way: str = "IN") -> Post:
        found = area_posts(
            organisation_ids=[self.area.organisation_id], at=self.now, zone=zone
        )  # fmt: skip
        return next(each for each in found if each.door == door and each.direction == way)

    def passes(self, buyer: Buyer, zone: str, door: str, way: str = "IN") -> None:
        """All of a party go through a door."""
        for carrier in Pass.objects.filter(order=buyer.order):
            self.keys += 1
            vouchers.redeem(
                text=carrier.short_code, post=self.post(zone, door, way), actor="user:1",
                request_key=f"scan-{self.keys}", at=self.now,
            )  # fmt: skip
        self.works()

    def rides_up(self, buyer: Buyer) -> None:
        self.passes(buyer, self.lift.zone, self.lift.from_place.slug)

    def still_in(self) -> int:
        """How many are counted in the area."""
        return counted.inside([self.area.pk], at=self.now)[self.area.pk].people


class Buyer:
    """Somebody's browser, and what they have bought."""

    def __init__(self, mountain: Mountain, user: User, order: Order) -> None:
        self.mountain, self.user, self.order = mountain, user, order
        self.browser = enter(user)

    def address(self, name: str, *words: Any) -> str:
        with translation.override("en"):
            return reverse(name, args=words)

    def line(self) -> Line:
        return self.order.lines.get(kind="ride")

    def row(self) -> StoppedLine:
        return StoppedLine.objects.get(line__in=self.order.lines.all())

    def page(self) -> str:
        shown = self.browser.get(
            self.address("areas:stopped", self.order.token, self.row().line_id)
        )
        return shown.content.decode()

    def chooses(self, choice: str, slot: int = 0) -> str:
        """On the page that the message leads to; what it says then."""
        place = self.address("areas:stopped", self.order.token, self.row().line_id)
        answer = self.browser.post(place, {"choice": choice, "slot": str(slot)}, follow=True)
        self.mountain.works()
        return answer.content.decode()

    def order_page(self) -> str:
        shown = self.browser.get(self.address("checkout:order", self.order.token))
        return shown.content.decode()

    def reads(self, name: str) -> str:
        """A page of their own."""
        return self.browser.get(self.address(name)).content.decode()


class Desk:
    """Somebody of the operator at the board."""

    def __init__(self, mountain: Mountain) -> None:
        self.mountain = mountain
        staff = MembershipFactory(organisation=mountain.area.organisation, role="OPERATOR")
        self.user = staff.user

    @property
    def browser(self) -> Client:
        """Signed in anew: nobody of staff stays so for hours without doing anything."""
        return enter(self.user)

    def address(self, name: str, *words: Any) -> str:
        with translation.override("en"):
            return reverse(name, args=[self.mountain.area.pk, *words])

    def looks(self, what: str, **more: str) -> Mapping[str, Any]:
        """Whom a stop would meet."""
        form = {"what": what, "reason_zh": "大风", "reason_en": "Wind", **more}
        return self.browser.post(self.address("crowd:stop"), form).context

    def shuts(self, what: str, **more: str) -> Stop:
        """Looks, and shuts it by the number that was seen."""
        seen = self.looks(what, **more)["form"].data["seen"]
        form = {"what": what, "reason_zh": "大风", "reason_en": "Wind", "seen": seen, **more}
        answer = self.browser.post(self.address("crowd:stop"), form)
        assert answer.status_code == 302
        return Stop.objects.latest("pk")

    def does(self, verb: str, stop: Stop) -> str:
        """Undo, confirm or reopen; what the board says then."""
        place = self.address("crowd:change-stop", stop.pk, verb)
        answer = self.browser.post(place, follow=True)
        self.mountain.works()
        return answer.content.decode()

    def report(self, stop: Stop) -> Any:
        return self.browser.get(self.address("areas:stop-report", stop.pk)).context["report"]
