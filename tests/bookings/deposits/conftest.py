from tests.bookings.payments.conftest import bucket, now, party  # noqa: F401
