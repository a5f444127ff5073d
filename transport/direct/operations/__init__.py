"""The verbs of direct shuttles, split by subject."""

from transport.direct.operations.rides import WindowGone, board, leave, move
from transport.direct.operations.vehicles import (
    NoSuchFigure,
    NothingRuns,
    NotThen,
    TooManyAboard,
    depart,
    say_coming,
    send_extra,
)
from transport.direct.operations.windows import (
    CANCELLED,
    about,
    cancel_window,
    create_windows,
    follow_cancelled,
    refund_riders,
)

__all__ = (
    "CANCELLED",
    "NoSuchFigure",
    "NotThen",
    "NothingRuns",
    "TooManyAboard",
    "WindowGone",
    "about",
    "board",
    "cancel_window",
    "create_windows",
    "depart",
    "follow_cancelled",
    "leave",
    "move",
    "refund_riders",
    "say_coming",
    "send_extra",
)
