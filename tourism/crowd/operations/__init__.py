"""The verbs of the live crowd, split by subject."""

from __future__ import annotations

from datetime import datetime

from tourism.crowd.operations.counting import correct, recount, recount_all
from tourism.crowd.operations.levels import NotYours, judge, tell, tick
from tourism.crowd.operations.stops import (
    AlreadyShut,
    NotTwo,
    Preview,
    TooLateToUndo,
    TooLong,
    Wanted,
    WrongThing,
    carry_out,
    confirm,
    preview,
    reopen,
    stop,
    undo,
)


def look(*, at: datetime) -> int:
    """Count today's passages again, then judge the levels; how many areas came to another level."""
    recount_all(at=at)
    return judge(at=at)


__all__ = (
    "AlreadyShut",
    "NotTwo",
    "NotYours",
    "Preview",
    "TooLateToUndo",
    "TooLong",
    "Wanted",
    "WrongThing",
    "carry_out",
    "confirm",
    "correct",
    "judge",
    "look",
    "preview",
    "recount",
    "recount_all",
    "reopen",
    "stop",
    "tell",
    "tick",
    "undo",
)
