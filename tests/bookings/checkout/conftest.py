from tests.bookings.payments.conftest import now, party  # noqa: F401
