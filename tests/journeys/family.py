"""A family of four and what they book: a mountain with a cableway and chairs, and the bus that goes there."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from bookings.inventory import queries as counts
from bookings.orders.models import Line, Order
from bookings.payments import operations as payments
from bookings.payments.models import Attempt
from kernel import clock
from kernel.outbox import operations as outbox
from tests.bookings.payments.conftest import Party
from tests.factories.accounts import resident_number
from tests.factories.tourism import (
    CablewayFactory,
    ProductFactory,
    addon_product,
    ride_product,
    slot_on,
)
from tests.factories.transport import shuttle_line
from tourism.tickets.models import FamilyPrice, Slot
from transport.lines import operations as lines
from transport.lines.models import Run

DAY = date(2026, 10, 14)
FAMILY_FEN = 34_000
"""Two grown-ups and a small child together, who are 38,000 alone."""
GATE_FEN, RIDE_FEN, CHAIR_FEN, BUS_FEN = FAMILY_FEN + 9_500, 3 * 8_000 + 4_000, 2_000, 4 * 3_000
TOTAL_FEN = GATE_FEN + RIDE_FEN + CHAIR_FEN + BUS_FEN
PEOPLE = (
    ("周爸爸", date(1986, 3, 4)), ("周妈妈", date(1988, 7, 8)),
    ("周小孩", date(2020, 2, 3)), ("周奶奶", date(1959, 5, 6)),
)  # fmt: skip
GRANNY = 3


class Mountain:
    """A gate at nine, a cableway at half past eight and at half past nine, two chairs, a bus at eight."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.product = ProductFactory()
        self.area, self.region = self.product.area, self.product.area.region
        # The rule of this mountain: up to 6 free, from 60 half, from 70 free.
        self.product.concessions.filter(code="senior_half").update(age_to=69)
        self.product.concessions.filter(code="senior_free").update(age_from=70)
        FamilyPrice.objects.create(
            product=self.product, name_zh="家庭票", name_en="Family", first_date=DAY, last_date=DAY,
            members="adult:2 child_free:1", price_fen=FAMILY_FEN,
        )  # fmt: skip
        self.gate = slot_on(self.product, DAY, time(9), ends=time(12))
        self.lift = ride_product(CablewayFactory(area=self.area))
        self.rides = [
            slot_on(self.lift, DAY, time(hour, 30), ends=time(hour + 1, 30), permille=1000)
            for hour in (8, 9)
        ]
        self.chairs = slot_on(addon_product(self.area, stock=2), DAY)
        line = shuttle_line(self.region)
        lines.create_runs(region=self.region, first=DAY, last=DAY)
        self.run = Run.objects.filter(line=line).earliest("departs_at")
        self.now = self.region.at(date(2026, 10, 5), time(20))
        patch.setattr(clock, "now", lambda: self.now)

    def later(self, **time: int) -> None:
        self.now += timedelta(**time)

    def until(self, moment: datetime) -> None:
        self.now = moment

    def hear(self) -> None:
        """The worker's turns: everybody hears, and what is to be delivered or sent back is."""
        for _round in range(6):
            outbox.drain(at=self.now)

    def taken(self, *slots: Slot) -> list[int]:
        found = counts.counts([slot.bucket_id for slot in slots])
        return [found[slot.bucket_id][1] for slot in slots]


class Family:
    """Their phone, in English. Pages are read as a browser does; forms send what these showed."""

    def __init__(self, mountain: Mountain, sandbox: Party, browser: Client | None = None) -> None:
        self.mountain, self.sandbox = mountain, sandbox
        self.browser = browser or Client()

    def address(self, name: str, *words: Any) -> str:
        with translation.override("en"):
            return reverse(name, args=words)

    @property
    def region(self) -> str:
        return str(self.mountain.region.slug)

    def reads(self, name: str, *words: Any) -> str:
        answer = self.browser.get(self.address(name, *words))
        assert answer.status_code == 200
        return answer.content.decode()

    def plans(self) -> None:
        """Ticks the ride and a chair for the grandmother beside the gate, and takes the bus."""
        town, gate = self.mountain, self.mountain.gate
        ride, chairs = town.rides[0], town.chairs
        chosen = {
            "ref": gate.pk, "class_adult": 2, "class_child_free": 1, "class_senior_half": 1,
            "ride": [ride.product_id], f"time_{ride.product_id}": ride.pk,
            f"many_{chairs.product_id}": 1, f"time_{chairs.product_id}": chairs.pk,
        }  # fmt: skip
        self.browser.post(self.address("areas:add", self.region, town.area.slug), chosen)
        seats = {"kind": "shuttle", "ref": f"{town.run.pk}:0:2", "class_adult": 4}
        self.browser.post(self.address("checkout:add", self.region), seats)

    def cart(self) -> Any:
        return self.browser.get(self.address("checkout:cart", self.region)).context["cart"]

    def named(self, **wrong: str) -> dict[str, Any]:
        """What is typed on the page of travellers: four new people, and whose the chair is."""
        typed: dict[str, Any] = {}
        for place, (name, born) in enumerate(PEOPLE):
            number = resident_number(born, 961 + 2 * place)
            typed |= {
                f"who_{place}": "0", f"new_{place}-name": name,
                f"new_{place}-kind": "RESIDENT_ID", f"new_{place}-number": number,
            }  # fmt: skip
        [chair] = [row for row in self.cart().rows if row.item.kind == "service"]
        return typed | {f"takes_part_{chair.item.pk}": [str(GRANNY)]} | wrong

    def names(self, **wrong: str) -> Any:
        return self.browser.post(
            self.address("checkout:travellers", self.region), self.named(**wrong)
        )

    def last_look(self) -> dict[str, str]:
        """What the page before the hold asks to be sent: the key and the sum that it has shown."""
        cart = self.browser.get(self.address("checkout:confirm", self.region)).context["cart"]
        return {"request_key": cart.request_key, "shown_total_fen": str(cart.total_fen)}

    def books(self, shown: Mapping[str, str] | None = None, if_refused: str = "NOTHING") -> Any:
        """Agrees to what was shown: all or nothing, or the rest."""
        form = dict(shown or self.last_look())
        form |= {"contact": "16100000077", "if_refused": if_refused}
        return self.browser.post(self.address("checkout:confirm", self.region), form)

    def holds(self, if_refused: str = "NOTHING") -> Order:
        """From the plan to the hold."""
        self.plans()
        self.names()
        answer = self.books(if_refused=if_refused)
        order = Order.objects.get()
        assert answer.url == self.address("checkout:pay", order.token)
        return order

    def goes_to_pay(self, order: Order) -> Any:
        return self.browser.post(self.address("checkout:pay", order.token), {"provider": "sandbox"})

    def pays(self, order: Order) -> Attempt:
        """At the payment service's page; its word comes."""
        self.goes_to_pay(order)
        attempt = Attempt.objects.get(order=order)
        self.sandbox.press(attempt)
        self.word(attempt)
        return attempt

    def word(self, attempt: Attempt) -> None:
        """Asked how it ended, the service says so; everybody hears."""
        payments.ask(attempt=attempt, at=self.mountain.now)
        self.mountain.hear()

    def order_page(self, order: Order) -> str:
        return self.reads("checkout:order", order.token)


def line_of(order: Order, kind: str) -> Line:
    return order.lines.get(kind=kind)
