from tests.bookings.payments.conftest import attempt, bucket, now, order, paid, party  # noqa: F401
