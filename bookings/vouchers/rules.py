"""May this right pass here now? Decided from the right and its passages alone; nothing is asked.

Pure, so that a gate without a network decides the same: tests/data/passage_rules.json is the table that
every implementation is held to. See docs/algorithms/passages.md.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from bookings.contracts import Direction, Reentry


class Answer(StrEnum):
    """What a door says."""

    OPEN = "OPEN"
    VOIDED = "VOIDED"
    ALREADY_USED = "ALREADY_USED"
    TOO_EARLY = "TOO_EARLY"
    TOO_LATE = "TOO_LATE"
    REENTRY_OVER = "REENTRY_OVER"
    NOT_THIS_DOOR = "NOT_THIS_DOOR"
    INSIDE_ALREADY = "INSIDE_ALREADY"
    NOT_INSIDE = "NOT_INSIDE"


@dataclass(frozen=True, slots=True)
class Right:
    """What was frozen: see contracts.Entitlement. ``venue`` is the clock its days are read on."""

    valid_from: datetime
    valid_until: datetime
    venue: ZoneInfo
    entries: int = 1
    rule: Reentry = Reentry.COUNTED
    reentry_days: int = 0
    doors_in: Collection[str] = ()
    doors_out: Collection[str] = ()
    is_void: bool = False


@dataclass(frozen=True, slots=True)
class Standing:
    """What the passages so far come to: entries made, whether the last one went in, the first entry."""

    entries: int = 0
    is_inside: bool = False
    entered_at: datetime | None = None

    def after(self, direction: Direction, at: datetime) -> Standing:
        """The same with one passage more."""
        if direction is Direction.OUT:
            return Standing(self.entries, False, self.entered_at)
        return Standing(self.entries + 1, True, min(self.entered_at or at, at))


NOBODY = Standing()


def decide(
    right: Right, standing: Standing, *, direction: Direction, door: str | None, at: datetime
) -> Answer:
    """What the door says to one more passage. ``door`` None: the place tells its doors not apart.

    Whoever is inside is let out at any time: only the door can be wrong.
    """
    if right.is_void:
        return Answer.VOIDED
    if direction is Direction.OUT:
        return _way_out(right, standing, door)
    return _way_in(right, standing, door, at)


def ends_at(right: Right, standing: Standing) -> datetime:
    """From when on nobody comes in by it any more, as far as is known now."""
    if not _by_days(right) or standing.entered_at is None:
        return right.valid_until
    first_day = standing.entered_at.astimezone(right.venue).date()
    last_midnight = first_day + timedelta(days=right.reentry_days)
    return datetime.combine(last_midnight, time(), tzinfo=right.venue)


def _way_out(right: Right, standing: Standing, door: str | None) -> Answer:
    if not standing.is_inside:
        return Answer.NOT_INSIDE
    return Answer.OPEN if _opens(right.doors_out, door) else Answer.NOT_THIS_DOOR


def _way_in(right: Right, standing: Standing, door: str | None, at: datetime) -> Answer:
    if right.rule is Reentry.COUNTED and standing.entries >= right.entries:
        return Answer.ALREADY_USED
    if at < right.valid_from:
        return Answer.TOO_EARLY
    if at >= ends_at(right, standing):
        comes_again = _by_days(right) and standing.entries > 0
        return Answer.REENTRY_OVER if comes_again else Answer.TOO_LATE
    if not _opens(right.doors_in, door):
        return Answer.NOT_THIS_DOOR
    if right.rule is Reentry.AFTER_EXIT and standing.is_inside:
        return Answer.INSIDE_ALREADY
    return Answer.OPEN


def _by_days(right: Right) -> bool:
    return right.reentry_days > 0 and right.rule is not Reentry.COUNTED


def _opens(doors: Collection[str], door: str | None) -> bool:
    return not doors or door is None or door in doors
