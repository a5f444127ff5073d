"""Verbs on codes: sign, rotate and revoke issuer keys; bind phones, replace codes; six digits."""

from bookings.codes.operations.binding import BoundElsewhere, NoKey, bind, lock, replace
from bookings.codes.operations.digits import Opened, UnknownDigits, make_digits, open_digits
from bookings.codes.operations.forgetting import forget_old
from bookings.codes.operations.issuing import level_1, revoke, rotate, sign
from bookings.codes.operations.publishing import dead_codes

__all__ = [
    "BoundElsewhere",
    "NoKey",
    "Opened",
    "UnknownDigits",
    "bind",
    "dead_codes",
    "forget_old",
    "level_1",
    "lock",
    "make_digits",
    "open_digits",
    "replace",
    "revoke",
    "rotate",
    "sign",
]
