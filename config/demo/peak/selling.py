"""The evening before: parties buy their entry time, pay, join the waiting list, give back."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime

from config.demo import at_once
from config.demo.browser import Browser, Page, Timings
from config.demo.members import Member, sign_up
from config.demo.peak.cast import Group
from config.demo.visitors import Stuck
from kernel import clock
from tourism.tickets.kinds import KINDS
from tourism.tickets.models import Slot

AREA = "huangshan-scenic"
_LANES = 6
_FIRST_PHONE = 1_000
"""The lower ones belong to the demonstration accounts."""
_HOURS = 5
_OTHER_TIME = 0.5
"""Of those whose time is sold out, so many take another; the others wait for theirs."""


@dataclass
class Booking:
    """A party as a member of the site, and how far it has come."""

    group: Group
    member: Member
    browser: Browser
    order: str = ""
    waits_in: int = 0
    slot: Slot | None = None
    lift_at: datetime | None = None
    """When the cableway that was booked with it begins to take the party."""
    end: str = ""
    """How the party's visit ended before it came to a gate."""


@dataclass
class Evening:
    """The site where everybody buys, and all who do."""

    url: str
    timings: Timings
    slots: Sequence[Slot]
    lifts: Mapping[str, Sequence[Slot]]
    """Ticketed cableways by the gate below them, in order of time."""
    bookings: list[Booking] = field(default_factory=list)

    def sell(self, groups: Sequence[Group]) -> None:
        """Everybody who does not walk in tries to buy."""
        books = [[(one.name, one.document) for one in group.people] for group in groups]
        members = sign_up(books, at=clock.now(), first=_FIRST_PHONE)
        self.bookings = [
            Booking(group, member, at_once.browser_of(member, self.url, self.timings))
            for group, member in zip(groups, members, strict=True)
        ]
        self._everybody(self.bookings, self._buy)

    def give_back(self) -> None:
        """Those who give back do so, for what they are shown."""
        leaving = [b for b in self.bookings if b.order and b.group.fate == "gives back"]
        self._everybody(leaving, self._cancel)

    def claim(self) -> None:
        """Who has won a place in the waiting list pays for it."""
        self._everybody([b for b in self.bookings if b.waits_in and not b.order], self._look)

    def _everybody(self, bookings: Sequence[Booking], act: Callable[[Booking], None]) -> None:
        def safely(booking: Booking) -> None:
            try:
                act(booking)
            except Stuck as stuck:
                booking.end = f"stuck: {stuck}"
            except OSError as error:
                booking.end = f"stuck: {type(error).__name__}"

        with ThreadPoolExecutor(_LANES) as pool:
            list(pool.map(safely, bookings))

    def _buy(self, booking: Booking) -> None:
        """The wished time; sold out: another one later, or into the list for it."""
        wished = self._wished(booking.group)
        for number, slot in enumerate(self.slots[wished:]):
            if self._book(booking, slot):
                return
            if not number and booking.group.dice.random() > _OTHER_TIME:
                self._wait(booking, slot)
                return
        booking.end = "sold out"

    def _book(self, booking: Booking, slot: Slot) -> bool:
        """Gate and cableway; where that hour is full, the gate alone: there is a path."""
        lift = self._lift(booking.group, slot)
        for things in ((slot, lift), (slot,)) if lift else ((slot,),):
            page = self._order(booking, things)
            if page is not None:
                at_once.pay(booking.browser, page)
                booking.slot = slot
                booking.lift_at = lift.starts_at if lift in things and lift else None
                return True
        return False

    def _wished(self, group: Group) -> int:
        fits = (n for n, slot in enumerate(self.slots) if group.arrives_at < slot.ends_at)
        return next(fits, len(self.slots) - 1)

    def _order(self, booking: Booking, things: Sequence[Slot]) -> Page | None:
        """The page to pay; None: there is no room."""
        wanted = [(KINDS[one.product.kind], str(one.pk)) for one in things]
        page = at_once.order(booking.browser, self.url, wanted, booking.member.traveller_ids)
        if page is not None:
            booking.order = page.url.removesuffix("pay/")
        return page

    def _lift(self, group: Group, slot: Slot) -> Slot | None:
        """An hour of the cableway above the party's gate, soon after they are in."""
        later = [
            each for each in self.lifts.get(group.gate, ()) if each.starts_at >= slot.starts_at
        ]
        return group.dice.choice(later[1:_HOURS]) if later[1:_HOURS] else None

    def _wait(self, booking: Booking, slot: Slot) -> None:
        """Into the list for this time, whole or not at all."""
        booking.waits_in = at_once.wait_for(
            booking.browser, self.url, ("ticket", str(slot.pk)), booking.member.traveller_ids,
            f"162{booking.group.number:08d}",
        )  # fmt: skip
        booking.slot = slot

    def _look(self, booking: Booking) -> None:
        """Whether something was won; then pay for it."""
        booking.order = at_once.take_up(booking.browser, self.url, booking.waits_in)

    def _cancel(self, booking: Booking) -> None:
        """Everything that was bought, for what is shown."""
        at_once.give_back(booking.browser, booking.order)
        booking.end = "gave back"
