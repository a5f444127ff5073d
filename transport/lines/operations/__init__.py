"""The verbs of lines, split by subject."""

from transport.lines.operations.boarding import RunGone, board, leave, move
from transport.lines.operations.changes import (
    CANCELLED,
    SeatsSold,
    about,
    cancel_run,
    confirm_lines,
    follow_calendar,
    refund_riders,
    restore_run,
    set_seats,
)
from transport.lines.operations.runs import create_runs, departure

__all__ = (
    "CANCELLED",
    "RunGone",
    "SeatsSold",
    "about",
    "board",
    "cancel_run",
    "confirm_lines",
    "create_runs",
    "departure",
    "follow_calendar",
    "leave",
    "move",
    "refund_riders",
    "restore_run",
    "set_seats",
)
