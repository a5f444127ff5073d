"""What a post asks, and what it is told."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bookings.contracts import Direction
from bookings.vouchers.models import Fallback, Voucher
from bookings.vouchers.posts import Post


@dataclass(frozen=True, slots=True)
class Scan:
    """One code shown at a post at ``at``, by a request that a device may repeat.

    ``text`` is a scanned code or a typed short code; ``carrier_id`` stands instead where the pass was
    found in a list. ``skew_s``: by how much the phone's clock may be off. ``persons`` is how many enter
    by a pass without names; None: everybody who is left, or HowMany where ``asks_many`` and there are
    several. ``direction`` None: as the post goes. ``is_offline``: it has happened already, without network.
    """

    post: Post
    actor: str
    request_key: str
    at: datetime
    text: str = ""
    carrier_id: int = 0
    skew_s: int = 0
    persons: int | None = None
    asks_many: bool = False
    direction: Direction | None = None
    is_offline: bool = False
    fallback: Fallback = Fallback.CODE

    @property
    def way(self) -> Direction:
        """Which way they pass."""
        return self.direction or self.post.direction

    @property
    def zones(self) -> tuple[str, ...]:
        """The post's own zone, then those that are used beside it by who comes in."""
        beside = self.post.also if self.way is Direction.IN else ()
        return (self.post.zone, *beside)


@dataclass(frozen=True, slots=True)
class Redeemed:
    """Who has passed: one voucher a person. ``also`` are those that were used beside them.

    ``is_repeat``: the same request was answered before. ``surplus``: somebody was let in offline who
    could not have been; ``reason`` is the code of the refusal they would have met. They are not among
    ``vouchers``, which are empty where nobody counts.
    """

    vouchers: tuple[Voucher, ...]
    at: datetime
    is_repeat: bool = False
    also: tuple[Voucher, ...] = ()
    surplus: bool = False
    reason: str = ""
    redemption_id: int = 0
