"""The verbs of gate devices, split by subject."""

from bookings.gates.operations.enrol import (
    Heard,
    InvitationWrong,
    KeyWrong,
    Replayed,
    ShutOut,
    admit,
    enrol,
    hear,
    invite,
    place_of,
    shut_out,
)
from bookings.gates.operations.incidents import NoteMissing, close
from bookings.gates.operations.roaming import departures, move, post_of, scanned_at
from bookings.gates.operations.scans import take_in
from bookings.gates.operations.telling import Told
from bookings.gates.operations.undoing import undo

__all__ = (
    "Heard",
    "InvitationWrong",
    "KeyWrong",
    "NoteMissing",
    "Replayed",
    "ShutOut",
    "Told",
    "admit",
    "close",
    "departures",
    "enrol",
    "hear",
    "invite",
    "move",
    "place_of",
    "post_of",
    "scanned_at",
    "shut_out",
    "take_in",
    "undo",
)
