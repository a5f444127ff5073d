"""A paid, delivered order of one unnamed person, and the phone of whoever holds it."""

from tests.bookings.vouchers.conftest import carrier, line, order, post

__all__ = ["carrier", "line", "order", "post"]
