"""On the day: people board the bus with what they take along, and now and then a scan is taken back."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from hypothesis import strategies as st

from bookings.vouchers import operations as vouchers
from bookings.vouchers.models import Voucher
from bookings.vouchers.operations import Scan
from bookings.vouchers.posts import Post
from tests.bookings.machine.changing import Changing
from tests.bookings.machine.market import PICK, happens, of
from tests.bookings.machine.terms import CONFIRMED, SHUTTLE, USED, Line, Order, Part
from transport.lines.posts import run_posts

AROUND = timedelta(minutes=50)
"""So long before and after the departure codes let aboard for sure."""
UNDONE_WITHIN = timedelta(minutes=10)


@dataclass(eq=False)
class Ride:
    """Somebody has boarded."""

    line: Line
    part: Part
    redemption_id: int
    at: datetime


class Riding(Changing):
    """Rules of boarding."""

    def _begin(self, hours: int) -> None:
        super()._begin(hours)
        self.rides: list[Ride] = []

    @happens(1, lambda self: self._to_come())
    def go_to_the_bus(self) -> None:
        """Nothing else happens until it is about to leave; a bus with somebody's bags is rare enough."""
        line = min(
            self._to_come(), key=lambda each: (not _has_bags(each), each.thing.starts_at, each.pk)
        )
        self._pass(line.thing.starts_at - AROUND / 2 - self.at)

    @happens(14, lambda self: self._at_the_bus(), pick=PICK, offline=st.booleans())
    def board(self, pick: int, offline: bool) -> None:
        """The first of a line takes its bags along; a phone without network tells it twice."""
        ready = self._at_the_bus()
        _order, line, part = of([each for each in ready if _has_bags(each[1])] or ready, pick)
        voucher = Voucher.objects.select_related("line").get(line=line.pk, part_key=part.key)
        scan = Scan(
            self._post(line, voucher), "user:driver", f"key-{next(self.numbers)}", self.at,
            carrier_id=voucher.carrier_id, persons=1, is_offline=offline,
        )  # fmt: skip
        for _time in range(1 + offline):
            [done] = vouchers.redeem_many([scan], at=self.at)
            assert [each.part_key for each in done.vouchers] == [part.key]
        part.is_used = True
        bags = [each for each in line.open_parts if each.is_bag]
        for bag in bags:
            bag.is_used = True
        line.state = CONFIRMED if line.open_parts else USED
        self.rides.append(Ride(line, part, done.redemption_id, self.at))
        self.house.seen["boarded with a bag" if bags else "boarded"] += 1
        self._settle()

    @happens(2, lambda self: self._fresh(), pick=PICK)
    def take_a_scan_back(self, pick: int) -> None:
        """With the last of a line its bags are off the bus again; that is rare enough."""
        fresh = self._fresh()
        ride = of([each for each in fresh if _is_last_with_bags(each)] or fresh, pick)
        vouchers.undo(
            redemption_id=ride.redemption_id, actor="user:chief", reason="Wrong", at=self.at
        )
        self.rides.remove(ride)
        is_last = _is_last_with_bags(ride)
        for part in ride.line.parts if is_last else [ride.part]:
            part.is_used = False
        ride.line.state = CONFIRMED
        self.house.seen["bags taken back" if is_last else "boarding taken back"] += 1
        self._settle()

    def _to_come(self) -> list[Line]:
        lines = [line for _order, line in self._lines(CONFIRMED)]
        return [
            line
            for line in lines
            if line.thing.kind == SHUTTLE and line.thing.starts_at > self.at + AROUND
        ]

    def _at_the_bus(self) -> list[tuple[Order, Line, Part]]:
        return [
            (order, line, part)
            for order, line in self._lines(CONFIRMED)
            if line.thing.kind == SHUTTLE and abs(line.thing.starts_at - self.at) <= AROUND
            for part in line.open_parts
            if not part.is_bag
        ]

    def _fresh(self) -> list[Ride]:
        return [ride for ride in self.rides if self.at - ride.at <= UNDONE_WITHIN]

    def _post(self, line: Line, voucher: Voucher) -> Post:
        found = run_posts(
            organisation_ids=[voucher.line.supplier_id], at=self.at, zone=voucher.zone
        )
        return next(iter(found))


def _is_last_with_bags(ride: Ride) -> bool:
    aboard = [part for part in ride.line.parts if part.is_used]
    return (
        ride.part in aboard
        and any(part.is_bag for part in aboard)
        and all(part.is_bag for part in aboard if part is not ride.part)
    )


def _has_bags(line: Line) -> bool:
    return any(part.is_bag for part in line.open_parts)
