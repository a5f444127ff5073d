"""What beat asks of codes."""

from typing import Any

from celery import shared_task

from bookings.codes import operations
from kernel import clock


@shared_task
def forget_old(**_: Any) -> None:
    """Every day: phones of codes that are long out of date, and numbers that ran out, are deleted."""
    operations.forget_old(at=clock.now())
