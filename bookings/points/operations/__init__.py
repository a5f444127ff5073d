"""The verbs on points, split by subject."""

from bookings.points.operations.earning import Earned, earn
from bookings.points.operations.expiring import expire, tell_expiring
from bookings.points.operations.schemes import BeginsTooEarly, Terms, publish
from bookings.points.operations.spending import Held, follow, keep, spend

__all__ = (
    "BeginsTooEarly",
    "Earned",
    "Held",
    "Terms",
    "earn",
    "expire",
    "follow",
    "keep",
    "publish",
    "spend",
    "tell_expiring",
)
