"""What the platform agrees with a supplier, and what comes of it: split by subject."""

from bookings.settlement.models.contracts import Contract, Expired, LineRate, Rate
from bookings.settlement.models.earnings import Earning, Kind

__all__ = ("Contract", "Earning", "Expired", "Kind", "LineRate", "Rate")
