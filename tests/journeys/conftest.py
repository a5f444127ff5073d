"""A national day that is sold out, people who wait for it, and a clock that the journey moves on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import translation

from accounts.identity.models import User
from bookings.contracts import Member
from bookings.inventory.models import Channel
from bookings.inventory.tasks import release_quotas
from bookings.orders import operations as orders
from bookings.orders.models import Order
from bookings.payments import operations as payments
from bookings.tabs.models import Member as TabMember
from bookings.tabs.models import Tab
from bookings.waitlist import operations as waitlist
from bookings.waitlist import tasks
from bookings.waitlist.models import Entry, OddsTable
from kernel import clock
from kernel.outbox import operations as outbox
from tests.cast import enter
from tests.factories.accounts import TouristFactory, make_traveller
from tests.factories.tourism import ProductFactory, SlotPatternFactory, ask_for, person, slot_on
from tests.tourism.conftest import wish
from tourism.tickets.models import ChannelShare, Product, Slot

DAYS = (date(2026, 10, 2), date(2026, 10, 3))
HOURS = (8, 9, 10)
PRICE = 19_000
STRANGERS = 10_000_000
"""Travellers of whom there is no book have numbers from here on: no book's row has one of them."""


class Town:
    """Everybody of the journey. Each entry time has 20 places, of which agencies have three."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self.product: Product = ProductFactory()
        self.region = self.product.area.region
        self.now = self.region.at(date(2026, 9, 28), time(10))
        patch.setattr(clock, "now", lambda: self.now)
        ChannelShare.objects.create(
            product=self.product, channel=Channel.AGENT, permille=150, release_days=1
        )
        for hour in HOURS:
            SlotPatternFactory(
                product=self.product, starts=time(hour), ends=time(hour + 1), permille=200
            )
        self.slots = {(d, h): slot_on(self.product, d, time(h)) for d in DAYS for h in HOURS}
        self.people = 0

    def slot(self, day: int = 2, hour: int = 9) -> Slot:
        return self.slots[date(2026, 10, day), hour]

    def later(self, **time: int) -> None:
        self.now += timedelta(**time)

    def until(self, moment: datetime) -> None:
        self.now = moment

    def payer(self, limit_fen: int = 10_000_000) -> User:
        """Somebody who can be charged without being asked, up to so much."""
        person = TouristFactory()
        tab = Tab.objects.create(name=f"{person.pk}", region=self.region, limit_fen=limit_fen)
        TabMember.objects.create(tab=tab, user=person)
        return person

    def buys(
        self, slot: Slot, people: int = 1, *, who: User | None = None, traveller: int = 0
    ) -> tuple[User, Order]:
        """So many people whom nobody else knows, or one of a buyer's book, have a paid ticket."""
        buyer = who or self.payer()
        members = [person(STRANGERS + self.people + n) for n in range(1, people + 1)]
        if traveller:
            members = [Member(class_code="", traveller_id=traveller)]
        self.people += people
        request = wish(ask_for(slot, *members), total_fen=PRICE * people, actor=buyer.actor,
                       user_id=buyer.pk, owners=(buyer.actor,) if traveller else ())  # fmt: skip
        order = orders.place(request, at=self.now)
        assert payments.charge_unasked(order=order, provider="tab", at=self.now) == ""
        self.hear()
        order.refresh_from_db()
        return buyer, order

    def sell_out(self) -> None:
        """What is for own sale, at every time; at nine on the second down to the last three."""
        for slot in self.slots.values():
            self.buys(slot, 14 if slot == self.slot() else 17)

    def waits(self, people: int, *slots: Slot, **more: Any) -> Entry:
        """A party in the list, entered by the other side of the counter."""
        who = self.payer()
        travellers = [self.traveller(who.actor) for _one in range(people)]
        return waitlist.join(
            waitlist.JoinRequest(
                actor=who.actor, user_id=who.pk, request_key="k", region=self.region,
                kind="ticket", refs=tuple(str(slot.pk) for slot in slots or (self.slot(),)),
                party=tuple(("", traveller) for traveller in travellers),
                limit_fen=PRICE * people, language="en", contact=f"1610{who.pk:07}",
                **{"pay_by": "tab", **more},
            ),
            at=self.now,
        )  # fmt: skip

    def traveller(self, owner: str) -> int:
        self.people += 1
        born = date(1981, 1, 1) + timedelta(days=self.people)
        return make_traveller(owner, born=born, sequence=self.people % 500 * 2).pk

    def serve(self) -> None:
        """The worker's next turn, and everybody hears."""
        tasks.serve()
        self.hear()

    def release(self) -> None:
        release_quotas()

    def hear(self) -> None:
        for _round in range(4):
            outbox.drain(at=self.now)

    def lapse(self) -> None:
        orders.lapse_due(at=self.now)
        self.hear()

    def known_odds(self) -> None:
        """Whoever is far behind has little hope, by a past that is not this test's."""
        OddsTable.objects.create(
            region=self.region, kind="ticket", version=1, looks=1_000, served=600,
            learnt={"weights": [1, 0, 0, 0], "steps": [[-3, 0.2], [3, 0.9]]}, learnt_at=self.now,
        )  # fmt: skip


class Phone:
    """Somebody's browser, in English."""

    def __init__(self, town: Town, who: User) -> None:
        self.town, self.who, self.browser = town, who, enter(who)

    def address(self, name: str, *words: Any) -> str:
        with translation.override("en"):
            return reverse(name, args=words)

    def reads(self, name: str, *words: Any, query: str = "") -> str:
        shown = self.browser.get(self.address(name, *words) + query)
        assert shown.status_code == 200
        return shown.content.decode()

    def calendar(self, day: date = DAYS[0]) -> str:
        area = self.town.product.area
        found = self.browser.get(f"/en/{area.region.slug}/areas/{area.slug}/?day={day:%Y-%m-%d}")
        return found.content.decode()

    def joins(self, travellers: list[int], slots: list[Slot], **more: str) -> str:
        """Ticks times and people, sees the totals, agrees; what it then reads."""
        refs = [str(slot.pk) for slot in slots]
        query = f"?kind=ticket&ref={refs[0]}"
        fields = {
            "refs": refs, "who": [str(one) for one in travellers], "contact": "16100000009",
            "pay_by": "", "request_key": "join", **more,
        }  # fmt: skip
        place = self.address("waitlist:join", self.town.region.slug) + query
        first = self.browser.post(place, {k: v for k, v in fields.items() if k != "limit"})
        if "limit" not in fields or 'name="limit"' not in first.content.decode():
            return first.content.decode()
        return self.browser.post(place, fields, follow=True).content.decode()

    def cancels(self, order: Order) -> None:
        """Looks at what comes back for all of it, and agrees."""
        address = self.address("checkout:cancel", order.token)
        quote = self.browser.get(address, {"all": "1"}).context["quote"]
        answer = self.browser.post(address, {"all": "1", "shown_fen": str(quote.refund_fen)})
        assert answer.status_code == 302
        self.town.hear()

    def entry(self, entry: Entry) -> str:
        return self.reads("waitlist:show", entry.pk)


@pytest.fixture
def town(db: None, monkeypatch: pytest.MonkeyPatch) -> Iterator[Town]:
    return Town(monkeypatch)


@pytest.fixture
def phone(town: Town) -> Callable[[User], Phone]:
    return lambda who: Phone(town, who)


@pytest.fixture
def stranger() -> Client:
    return Client()
