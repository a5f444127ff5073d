"""The verbs of lines, split by subject."""

from transport.lines.operations.boarding import RunGone, board, leave, move
from transport.lines.operations.runs import (
    SeatsSold,
    cancel_run,
    create_runs,
    set_seats,
)

__all__ = (
    "RunGone",
    "SeatsSold",
    "board",
    "cancel_run",
    "create_runs",
    "leave",
    "move",
    "set_seats",
)
