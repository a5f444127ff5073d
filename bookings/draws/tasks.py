"""What beat asks of draws."""

from typing import Any

from celery import shared_task

from bookings.draws import operations
from kernel import clock


@shared_task
def carry_on(**_: Any) -> None:
    """Every five seconds: close what is over, draw what lacks nothing, call who is next in the order."""
    at = clock.now()
    operations.carry_on(at=at)
    operations.call_next(at=at)
