"""The rows of vouchers, split by subject."""

from bookings.vouchers.models.joint import JointPost
from bookings.vouchers.models.passages import Fallback, Redemption, Surplus, TurnedAway
from bookings.vouchers.models.rights import SHORT_CODE, Pass, State, Voucher, new_serial
from bookings.vouchers.models.steps import LEGAL, Life, Step, Why, life_sql

__all__ = (
    "LEGAL",
    "SHORT_CODE",
    "Fallback",
    "JointPost",
    "Life",
    "Pass",
    "Redemption",
    "State",
    "Step",
    "Surplus",
    "TurnedAway",
    "Voucher",
    "Why",
    "life_sql",
    "new_serial",
)
