"""The day itself: people come to their gates and ride up; a cableway stops and runs again."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bookings.gates import operations as gates
from bookings.gates.models import Alone
from bookings.vouchers import posts
from config.demo.browser import Browser, Timings
from config.demo.peak.cast import GATES, Group, Visitor
from config.demo.peak.device import Device, Shown
from config.demo.peak.holder import Holder, holders
from config.demo.peak.selling import Booking
from config.demo.staff import at_work
from config.demo.timetable import Timetable
from config.demo.visitors import Stuck
from kernel import clock
from tourism.areas.models import Cableway, ScenicArea

LANES = 2
"""Devices at each gate; the second of two gates is cut off for an hour."""
CUT_OFF = ("yungusi", "ciguangge")
LIFT_OF = {"yungusi": "yungu", "ciguangge": "yuping", "songgu": "taiping", "east": "donghai"}
STOPPED = "yuping"
_ON_PHONES = 0.7
_TRIES = 6
_AGAIN = timedelta(minutes=2)


@dataclass
class Entry:
    """One person before a gate or cableway, and what became of it."""

    visitor: Visitor
    holder: Holder
    group: Group
    tries: int = 0
    outcome: str = ""


class Mountain(Timetable):
    """Gates, cableways and everybody who comes to them, on one clock."""

    def __init__(self, url: str, timings: Timings, area: ScenicArea) -> None:
        super().__init__()
        self.url, self.timings, self.area = url, timings, area
        self.gates: dict[str, list[Device]] = {}
        self.lifts: dict[str, Device] = {}
        self.entries: list[Entry] = []
        self.rides: list[Entry] = []
        self.closing = threading.Event()

    def open(self) -> None:
        """Enrol every device, with the desk's code, and give it the day's list."""
        at = clock.now()
        found = posts.list_all(organisation_ids=[self.area.organisation_id], at=at)
        for slug, _weight in GATES:
            post = next(p for p in found if p.zone == self.area.zone and p.door == slug)
            self.gates[slug] = [self._enrolled(post) for _lane in range(LANES)]
            lift = Cableway.objects.get(area=self.area, slug=LIFT_OF[slug])
            station = next(p for p in found if p.zone == lift.zone)
            self.lifts[slug] = self._enrolled(station)

    def _enrolled(self, post: posts.Post) -> Device:
        code = gates.invite(post=post, alone=Alone.ANY, actor="system", at=clock.now())
        device = Device(self.url, self.timings, code)
        device.load()
        return device

    @property
    def devices(self) -> list[Device]:
        return [*(one for lanes in self.gates.values() for one in lanes), *self.lifts.values()]

    def run(self, until: datetime, on_tick: Callable[[], None]) -> None:
        """Let the day pass; then wait until every device has told everything."""
        lanes = [
            threading.Thread(target=device.work, args=(self.closing,), daemon=True)
            for device in self.devices
        ]
        for lane in lanes:
            lane.start()
        self.play(until, on_tick)
        self.closing.set()
        for lane in lanes:
            lane.join(timeout=60)

    def expect(self, booking: Booking) -> None:
        """A party that has booked comes to its gate when its time begins, or as it wished."""
        slot, group = booking.slot, booking.group
        assert slot is not None
        moment = min(max(group.arrives_at, slot.starts_at), slot.ends_at - timedelta(minutes=15))
        self.at(moment, lambda: self._arrive(booking))

    def _arrive(self, booking: Booking) -> None:
        group = booking.group
        made = holders(booking.browser, booking.order, on_phone=group.dice.random() < _ON_PHONES)
        self.come_in(group, made, booking.lift_at)

    def come_in(
        self, group: Group, made: Sequence[Holder], lift_at: datetime | None = None
    ) -> None:
        """Everybody of a party before one lane; later, who has booked it, before the cableway."""
        device = group.dice.choice(self.gates[group.gate])
        for visitor, holder in zip(group.people, made, strict=True):
            entry = Entry(visitor, holder, group)
            self.entries.append(entry)
            self._show(entry, device)
        if lift_at is not None:
            moment = max(lift_at, clock.now() + timedelta(minutes=20))
            self.at(moment, lambda: self._ride(group, made))

    def _ride(self, group: Group, made: Sequence[Holder]) -> None:
        for visitor, holder in zip(group.people, made, strict=True):
            ride = Entry(visitor, holder, group)
            self.rides.append(ride)
            self._show(ride, self.lifts[group.gate])

    def _show(self, entry: Entry, device: Device) -> None:
        def heard(answer: dict[str, Any]) -> None:
            entry.outcome = "admitted" if answer["ok"] else answer["reason"] or "refused"
            is_over = answer["ok"] or entry.outcome not in ("stale", "too_early")
            if not is_over and entry.tries < _TRIES:
                self.at(clock.now() + _AGAIN * (entry.outcome != "stale"), again)

        def again() -> None:
            entry.tries += 1
            device.inbox.append(Shown(entry.holder.text(), entry.holder.typed, heard))

        again()

    def cut(self, is_away: bool) -> Callable[[], None]:
        """The network of one lane at each of two gates goes, or comes back."""

        def act() -> None:
            for slug in CUT_OFF:
                self.gates[slug][-1].away = is_away

        return act

    def stop(self, until: datetime) -> None:
        """The operator looks whom it meets, and shuts the cableway."""
        lift = Cableway.objects.get(area=self.area, slug=STOPPED)
        desk = at_work(self.url, self.timings, "operator", "crowd")
        page = desk.get(f"{self.url}/zh-hans/crowd/{self.area.pk}/stop/", "stop")
        form = page.form("what")
        if form is None:
            raise Stuck("nothing can be shut")
        said = {
            "what": f"lift:{lift.pk}", "reason_zh": "大风", "reason_en": "Strong wind",
            "until": f"{until.astimezone(self.area.region.tz):%H:%M}",
        }  # fmt: skip
        page = desk.send(page, form, "stop", **said)
        form = page.form("seen")
        if form is None or not form.fields["seen"]:
            raise Stuck("whom the stop meets was not shown")
        desk.send(page, form, "stop", **{**form.fields, **said})


def choose(browser: Browser, url: str, page_of: str, choice: str) -> None:
    """What the holder of a stopped ticket wants."""
    page = browser.get(f"{url}{page_of}", "stopped")
    form = next((one for one in page.forms if one.fields.get("choice") == choice), None)
    if form is not None:
        browser.send(page, form, "choose")
