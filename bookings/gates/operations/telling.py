"""What a device says of one scan."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bookings.vouchers.posts import Post


@dataclass(frozen=True, slots=True)
class Told:
    """One scan in the words of its device.

    ``text`` is what was read or typed; ``carrier_id`` stands instead where the pass was found in the
    device's list. ``is_offline``: the device has decided already, as ``let_in`` says, by ``reason`` if not.
    ``post`` is where it was scanned, where that is not where the device stands by now.
    """

    sequence: int
    at: datetime
    text: str = ""
    carrier_id: int = 0
    direction: str = "IN"
    persons: int | None = None
    shown: str = "CODE"
    is_offline: bool = False
    let_in: bool = False
    reason: str = ""
    post: Post | None = None
