from tests.bookings.payments.conftest import bucket, now, order, party  # noqa: F401
