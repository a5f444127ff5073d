"""The busiest day on record, played again: sold the evening before, let in, stopped, let in again."""

from __future__ import annotations

import time
from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bookings.gates.models import GateScan, Incident
from bookings.inventory.models import Bucket
from bookings.orders.models import Line
from bookings.vouchers.models import Redemption
from config.demo import at_once
from config.demo.browser import Timings
from config.demo.peak.cast import DAY, Cast, Group
from config.demo.peak.mountain import LIFT_OF, STOPPED, Mountain, choose
from config.demo.peak.selling import AREA, Booking, Evening
from config.demo.peak.walking_in import Desk
from config.demo.stage import load, site_at
from kernel import clock
from tourism.areas.models import ScenicArea
from tourism.tickets import operations as tickets
from tourism.tickets.models import EntryDay, ProductKind, Slot, StoppedLine, Way

ZONE = ZoneInfo("Asia/Shanghai")
EVE_SPEED, DAY_SPEED = 60, 300
_EVE, _DAWN, _DUSK = timedelta(hours=18), timedelta(hours=6), timedelta(hours=17)
_CUT, _JOINED = timedelta(hours=9), timedelta(hours=10)
_STOP, _REOPENED = timedelta(hours=11), timedelta(hours=13, minutes=30)
_LATE_MORNING, _IN_THE_MORNING = timedelta(hours=10), 0.7
"""Entry times before ten hold this share of their places: the morning sells out, and people wait for it."""
_AS_OPERATOR = "system"
_CHOICES = ("REFUND", "MOVE", "WAIT", "")
"""What holders of the stopped cableway want; the last says nothing."""


class Peak:
    """One day with all who come; what became of each of them."""

    def __init__(
        self, folder: Path, *, scale: float, seed: int, tell: Callable[[str], None]
    ) -> None:
        self.folder, self.scale, self.tell = folder, scale, tell
        self.midnight = datetime.combine(DAY, datetime.min.time(), ZONE)
        self.cast = Cast(scale, seed, self.midnight)
        self.groups = self.cast.groups()
        self.timings = Timings()
        self.ends: Counter[str] = Counter()

    def run(self, truth: Callable[[], int]) -> dict[str, Any]:
        """The whole day; ``truth`` waits for every fact to reach its end and counts what is broken."""
        self.tell("Loading the region …")
        eve = self.midnight - timedelta(days=1) + _EVE
        load("huangshan", start=eve, days=2)
        self.area = ScenicArea.objects.select_related("region").get(slug=AREA)
        self._shrink()
        with site_at(self.folder, start=eve, speed=EVE_SPEED) as site:
            self._sell(site.url)
        with site_at(self.folder, start=self.midnight + _DAWN, speed=DAY_SPEED) as site:
            self._play(site.url)
            violations = truth()
        return self._report(violations)

    def _shrink(self) -> None:
        """The day's limits, by the scale: fewer people, fewer places."""
        at = clock.now()
        for day in EntryDay.objects.filter(product__area=self.area, date=DAY):
            whole = Bucket.objects.get(pk=day.bucket_id).capacity
            tickets.set_day(day=day, capacity=round(whole * self.scale), actor=_AS_OPERATOR, at=at)
        for slot in Slot.objects.filter(product__area=self.area, day__date=DAY):
            whole = Bucket.objects.get(pk=slot.bucket_id).capacity
            room = _IN_THE_MORNING if slot.starts_at < self.midnight + _LATE_MORNING else 1
            tickets.set_slot(
                slot=slot, capacity=round(whole * self.scale * room), actor=_AS_OPERATOR, at=at
            )

    def _slots(self) -> list[Slot]:
        return list(self._of_kind(ProductKind.ADMISSION))

    def _lifts(self) -> dict[str, list[Slot]]:
        """The hours of each cableway up, by the gate below it."""
        found: dict[str, list[Slot]] = defaultdict(list)
        gate_of = {lift: gate for gate, lift in LIFT_OF.items()}
        for slot in self._of_kind(ProductKind.LIFT):
            lift = slot.product.cableway
            if lift is not None and lift.slug in gate_of and slot.product.way == Way.UP:
                found[gate_of[lift.slug]].append(slot)
        return found

    def _of_kind(self, kind: ProductKind) -> Any:
        found = Slot.objects.filter(product__area=self.area, product__kind=kind, day__date=DAY)
        return found.select_related("product__cableway").order_by("starts_at")

    def _sell(self, url: str) -> None:
        buyers = [group for group in self.groups if group.fate != "walks in"]
        people = sum(group.size for group in buyers)
        self.tell(f"{len(buyers)} parties, {people} people, book the evening before …")
        began = time.monotonic()
        self.evening = Evening(url, self.timings, self._slots(), self._lifts())
        self.evening.sell(buyers)
        self._settled()
        self.evening.give_back()
        self._settled()
        for _round in range(2):
            self.evening.claim()
            self._settled()
        self.tell(f"… in {time.monotonic() - began:.0f} s")

    def _settled(self) -> None:
        """Until what was paid is delivered and what came free was handed out; a moment at least."""
        deadline = time.monotonic() + 15
        time.sleep(1)
        while time.monotonic() < deadline:
            if not Line.objects.filter(state__in=("HELD", "PAID")).exists():
                return
            time.sleep(0.5)

    def _play(self, url: str) -> None:
        self.tell(f"{self._clock()} the gates open")
        self.mountain = mountain = Mountain(url, self.timings, self.area)
        mountain.open()
        self.desk = Desk(url, self.timings, self._slots())
        for booking in self.evening.bookings:
            booking.order = booking.order.replace(self.evening.url, url)
            at_once.move_house(booking.browser, self.evening.url, url)
            if booking.order and not booking.end and booking.group.fate == "comes":
                mountain.expect(booking)
        for group in self.groups:
            if group.fate == "walks in":
                mountain.at(group.arrives_at, partial(self._walk_in, group))
        self._plan(mountain)
        mountain.run(self.midnight + _DUSK, self._tick)

    def _plan(self, mountain: Mountain) -> None:
        """What happens on the mountain besides."""
        mountain.at(self.midnight + _CUT, mountain.cut(True))
        mountain.at(self.midnight + _JOINED, mountain.cut(False))
        mountain.at(self.midnight + _STOP, lambda: mountain.stop(until=self.midnight + _REOPENED))
        for hour in (11.3, 11.7, 12.5):
            mountain.at(self.midnight + timedelta(hours=hour), self._choose)

    def _walk_in(self, group: Group) -> None:
        made = self.desk.sell(group)
        if isinstance(made, str):
            self.ends[made] += group.size
        else:
            self.mountain.come_in(group, made)

    def _choose(self) -> None:
        """Who was told that the cableway stands still says what they want."""
        by_token = {one.order.rstrip("/").rsplit("/", 1)[-1]: one for one in self.evening.bookings}
        rows = StoppedLine.objects.filter(choice="OPEN").select_related("line__order")
        for row in rows:
            booking = by_token.get(row.line.order.token)
            if booking is None:
                continue
            wanted = _CHOICES[booking.group.number % len(_CHOICES)]
            if wanted:
                choose(booking.browser, booking.order, f"stopped/{row.line_id}/", wanted)

    def _waiters(self) -> list[Booking]:
        return [booking for booking in self.evening.bookings if booking.waits_in]

    def _clock(self) -> str:
        return f"{clock.now().astimezone(ZONE):%H:%M}"

    def _tick(self) -> None:
        """A line for every hour of the day."""
        hour = clock.now().astimezone(ZONE).hour
        if hour != getattr(self, "_hour", 7):
            self._hour = hour
            done = sum(entry.outcome == "admitted" for entry in self.mountain.entries)
            self.tell(f"{self._clock()} {done} of {self.cast.number} are in")

    def _report(self, violations: int) -> dict[str, Any]:
        entries, rides = self.mountain.entries, self.mountain.rides
        ends = self.ends + Counter(entry.outcome or "unanswered" for entry in entries)
        for booking in self.evening.bookings:
            group = booking.group
            if booking.end or not booking.order:
                end = booking.end or ("waited in vain" if booking.waits_in else "not booked")
                ends[end] += group.size
            elif group.fate == "no show":
                ends["stayed at home"] += group.size
        admitted = ends.pop("admitted", 0)
        refused = dict(ends.most_common())
        alone = sum(device.let_in_alone for device in self.mountain.devices)
        return {
            "visitors": self.cast.number,
            "admitted": admitted,
            "refused": sum(refused.values()),
            "of_them": refused,
            "waited_for_a_place": sum(b.group.size for b in self._waiters()),
            "and_got_one": sum(b.group.size for b in self._waiters() if b.order),
            "stuck": sum(n for end, n in refused.items() if end.startswith("stuck")),
            "unaccounted": self.cast.number - admitted - sum(refused.values()),
            "scans": GateScan.objects.count(),
            "entries_counted": Redemption.objects.filter(zone=self.area.zone).count(),
            "let_in_without_network": alone,
            "incidents": Incident.objects.count(),
            "rides": dict(Counter(ride.outcome or "unanswered" for ride in rides)),
            f"holders_of_{STOPPED}": dict(
                Counter(StoppedLine.objects.values_list("choice", flat=True))
            ),
            "troubles": dict(self.mountain.troubles),
            "errors_5xx": self.timings.errors_5xx,
            "violations": violations,
        }
