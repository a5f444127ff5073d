"""Background work of vouchers."""

from typing import Any

from celery import shared_task

from bookings.vouchers import operations
from kernel import clock


@shared_task
def expire(**_: Any) -> None:
    """Every few minutes: what is over and not used up has expired."""
    operations.expire(at=clock.now())
