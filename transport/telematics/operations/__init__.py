"""The verbs of vehicles' devices, split by subject."""

from transport.telematics.operations.devices import REPLACED, admit, enrol, invite, shut_out
from transport.telematics.operations.positions import (
    AHEAD,
    KEPT_FOR,
    Kept,
    Told,
    forget_old,
    take_in,
)

__all__ = (
    "AHEAD",
    "KEPT_FOR",
    "REPLACED",
    "Kept",
    "Told",
    "admit",
    "enrol",
    "forget_old",
    "invite",
    "shut_out",
    "take_in",
)
