"""Something paid and delivered, to be warned of."""

from tests.bookings.payments.conftest import attempt, bucket, now, order, paid, party  # noqa: F401
