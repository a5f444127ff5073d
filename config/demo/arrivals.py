"""When parties come: the shares of a mountain gate's visitors by hour, as a day of the year knows them.

The shares are compiled, of low confidence: good for load, not for a forecast.
"""

from __future__ import annotations

import random
from collections.abc import Mapping
from datetime import datetime, timedelta

GATE_SHARES: Mapping[int, float] = {
    5: 0.01, 6: 0.11, 7: 0.19, 8: 0.19, 9: 0.15, 10: 0.11, 11: 0.08, 12: 0.06, 13: 0.05, 14: 0.03,
    15: 0.015, 16: 0.005,
}  # fmt: skip


def arrivals(number: int, *, dawn: datetime, hours: int, seed: int) -> list[datetime]:
    """So many moments within ``hours`` from ``dawn`` (a whole hour), by the profile, in order."""
    dice = random.Random(seed)
    span = range(dawn.hour, dawn.hour + hours)
    chosen = dice.choices(span, [GATE_SHARES[hour] for hour in span], k=number)
    moments = [dawn + timedelta(hours=hour - dawn.hour + dice.random()) for hour in chosen]
    return sorted(moments)
