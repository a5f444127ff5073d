"""Orders in the admin, and where coupons were used."""

from bookings.orders.admin.coupons import CouponAdmin
from bookings.orders.admin.orders import OrderAdmin

__all__ = ("CouponAdmin", "OrderAdmin")
