"""What beat asks of counters."""

from typing import Any

from celery import shared_task

from bookings.desk import operations
from kernel import clock


@shared_task
def forget_old(**_: Any) -> None:
    """Every day: people whom counters have entered are deleted ninety days after their visit."""
    operations.forget_old(at=clock.now())
