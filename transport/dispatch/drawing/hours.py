"""Times of a plan as people read them, and an axis of them."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.utils import timezone

from transport.dispatch.solver.model import Plan, Problem

_STEPS_S = (60, 300, 600, 900, 1800, 3600, 7200, 14_400, 28_800, 86_400)
_MOST_TICKS = 12


@dataclass(frozen=True, slots=True)
class Hours:
    """From ``first_s`` to ``last_s`` over ``left`` to ``right`` pixels; without an epoch no calendar."""

    first_s: float
    last_s: float
    left: float
    right: float
    epoch: datetime | None

    def x(self, at_s: float) -> float:
        """Pixels; what lies outside is drawn at the edge."""
        share = (at_s - self.first_s) / max(self.last_s - self.first_s, 1.0)
        return self.left + (self.right - self.left) * min(max(share, 0.0), 1.0)

    def ticks(self) -> list[float]:
        """Round seconds, a dozen at most."""
        wanted = (self.last_s - self.first_s) / _MOST_TICKS
        step = next(
            (step for step in _STEPS_S if step >= wanted), 86_400 * math.ceil(wanted / 86_400)
        )
        begin = math.ceil(self.first_s / step)
        return [float(at * step) for at in range(begin, math.floor(self.last_s / step) + 1)]

    def clock(self, at_s: float) -> str:
        """08:30, in the active time zone where the problem has a calendar; else hours after its start."""
        if self.epoch is not None:
            at = timezone.localtime(self.epoch + timedelta(seconds=at_s))
            return f"{at:%H:%M}"
        minutes = round(at_s / 60)
        return f"{'−' if minutes < 0 else ''}{abs(minutes) // 60}:{abs(minutes) % 60:02d}"


def hours(problem: Problem, plan: Plan, *, left: float, right: float) -> Hours:
    """The axis of a plan: from the first departure to the last finish."""
    first = min((route.depart_s for route in plan.routes), default=0.0)
    last = max((route.finish_s for route in plan.routes), default=first + 3600)
    return Hours(first, max(last, first + 60), left, right, _epoch(problem.epoch))


def _epoch(text: str) -> datetime | None:
    """None for what is no date that a calendar has; the axis then counts from the start."""
    try:
        at = datetime.fromisoformat(text)
        (at + timedelta(days=400)).year  # noqa: B018 - raises at the calendar's end
    except (ValueError, OverflowError):
        return None
    return at if at.tzinfo else at.replace(tzinfo=UTC)
