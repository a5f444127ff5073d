"""What beat asks of warnings."""

from typing import Any

from celery import shared_task

from bookings.warnings import operations
from kernel import clock


@shared_task
def tell_newcomers(**_: Any) -> None:
    """Every five minutes: who has booked since a warning was sent."""
    operations.tell_newcomers(at=clock.now())
