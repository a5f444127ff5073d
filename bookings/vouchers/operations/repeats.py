"""A request that was answered before gets the same answer, and uses nothing again."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bookings.vouchers.models import Redemption, Surplus
from bookings.vouchers.operations.resolving import Shown
from bookings.vouchers.operations.scans import Redeemed, Scan

Identity = tuple[str, str, int]
"""What makes a request the same one again: who sent it, its key, and the same code."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """A scan whose pass is known."""

    scan: Scan
    shown: Shown

    @property
    def identity(self) -> Identity:
        """See Identity."""
        return self.scan.actor, self.scan.request_key, self.shown.carrier.pk


def told_before(arrivals: Mapping[Identity, Arrival]) -> dict[Identity, Redeemed]:
    """The answers that these requests got before, of those that got one."""
    found: dict[Identity, tuple[list[Redemption], list[Surplus]]] = defaultdict(lambda: ([], []))
    asked = {
        "actor__in": {actor for actor, _key, _carrier in arrivals},
        "request_key__in": {key for _actor, key, _carrier in arrivals},
        "voucher__carrier__in": {carrier for _actor, _key, carrier in arrivals},
    }
    passages = Redemption.objects.filter(**asked).order_by("pk")
    for row in passages.select_related("voucher__line", "voucher__carrier"):
        found[row.actor, row.request_key, row.voucher.carrier_id][0].append(row)
    if any(arrival.scan.is_offline for arrival in arrivals.values()):
        for kept in Surplus.objects.filter(**asked).select_related("voucher").order_by("pk"):
            found[kept.actor, kept.request_key, kept.voucher.carrier_id][1].append(kept)
    return {key: _answer(arrivals[key].scan, *found[key]) for key in found if key in arrivals}


def _answer(scan: Scan, passages: Sequence[Redemption], surplus: Sequence[Surplus]) -> Redeemed:
    return Redeemed(
        vouchers=tuple(row.voucher for row in passages if row.zone == scan.post.zone),
        at=(passages or surplus)[0].at,
        is_repeat=True,
        also=tuple(row.voucher for row in passages if row.zone != scan.post.zone),
        surplus=bool(surplus),
        reason=surplus[0].reason if surplus else "",
        redemption_id=passages[0].pk if passages else 0,
    )
