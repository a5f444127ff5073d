"""Refunds in the admin: to read, and to help where one is stuck or waits for a decision."""

from bookings.refunds.admin.refunds import RefundAdmin
from bookings.refunds.admin.requests import RefundRequestAdmin

__all__ = ("RefundAdmin", "RefundRequestAdmin")
