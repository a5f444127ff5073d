"""The vouchers of a group of scans as they stand, while the scans are decided one after another."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bookings.contracts import Reentry
from bookings.orders.models import Line
from bookings.vouchers import rules
from bookings.vouchers.models import Pass, State, Voucher
from bookings.vouchers.operations.scans import Scan
from bookings.vouchers.rules import Answer, Right, Standing


@dataclass(slots=True)
class Held:
    """One voucher: as it was ``seen``, and as it stands after what was decided so far, by ``last``."""

    voucher: Voucher
    right: Right
    seen: Standing
    standing: Standing
    last: Scan | None = None

    def answer(self, scan: Scan, door: str | None) -> Answer:
        """What a door says to it now."""
        return rules.decide(self.right, self.standing, direction=scan.way, door=door, at=scan.at)

    def go(self, scan: Scan) -> int:
        """One passage more; the number of the entry that it is, or that it ends."""
        self.standing = self.standing.after(scan.way, scan.at)
        self.last = scan
        return self.standing.entries

    @property
    def ends_at(self) -> datetime:
        """From when on it lets nobody in, as it stands."""
        return rules.ends_at(self.right, self.standing)

    @property
    def turn(self) -> tuple[bool, datetime, bool, int]:
        """Who goes first of a party: who is outside, whose right ends first, who was in before."""
        return self.standing.is_inside, self.ends_at, not self.standing.entries, self.voucher.pk

    def distance(self, at: datetime) -> timedelta:
        """How far a moment is from its window; nothing inside it."""
        return max(self.right.valid_from - at, at - self.ends_at, timedelta(0))

    def write_back(self) -> None:
        """Put what was decided on the voucher itself."""
        self.voucher.entries_used = self.standing.entries
        self.voucher.is_inside = self.standing.is_inside
        self.voucher.entered_at = self.standing.entered_at
        is_counted = self.right.rule is Reentry.COUNTED
        is_over = is_counted and self.standing.entries == self.right.entries
        self.voucher.state = State.USED if is_over else State.ACTIVE


def lock_lines(scans: Sequence[Scan], carriers: Mapping[int, Pass]) -> None:
    """Lock the lines of what may be used, in key order: before the vouchers, as cancelling does."""
    zones = {zone for scan in scans for zone in scan.zones}
    wanted = Voucher.objects.filter(carrier__in=carriers, zone__in=zones).values("line_id")
    lines = Line.objects.filter(pk__in=wanted, supplier__in=_suppliers(scans))
    list(lines.order_by("pk").select_for_update(no_key=True).values_list("pk"))


def load(scans: Sequence[Scan], carriers: Mapping[int, Pass]) -> dict[int, list[Held]]:
    """All that the passes hold of the posts' organisations, by pass, as it is now."""
    suppliers = _suppliers(scans)
    held = Voucher.objects.filter(carrier__in=carriers, line__supplier__in=suppliers)
    rows = list(held.select_related("carrier").order_by("pk"))
    lines = Line.objects.select_related("order__region").in_bulk({row.line_id for row in rows})
    found: dict[int, list[Held]] = defaultdict(list)
    for row in rows:
        row.line = lines[row.line_id]
        found[row.carrier_id].append(_held(row))
    return found


def _suppliers(scans: Sequence[Scan]) -> set[int]:
    return {house for scan in scans for house in (scan.post.organisation_id, *scan.post.partners)}


def _held(voucher: Voucher) -> Held:
    """The line knows first of a part that is cancelled or changed; the voucher hears of it."""
    line = voucher.line
    right = Right(
        valid_from=voucher.valid_from,
        valid_until=voucher.valid_until,
        venue=line.order.region.tz,
        entries=voucher.entries_allowed,
        rule=Reentry(voucher.rule),
        reentry_days=voucher.reentry_days,
        doors_in=voucher.doors_in,
        doors_out=voucher.doors_out,
        is_void=voucher.state == State.VOIDED or voucher.part_key in line.cancelled_parts,
    )
    seen = Standing(voucher.entries_used, voucher.is_inside, voucher.entered_at)
    return Held(voucher, right, seen, seen)
