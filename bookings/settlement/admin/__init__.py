"""Settlement in the admin: contracts, and what comes of them."""

from bookings.settlement.admin.contracts import ContractAdmin
from bookings.settlement.admin.earnings import EarningAdmin

__all__ = ("ContractAdmin", "EarningAdmin")
