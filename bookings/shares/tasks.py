"""Background work of shares."""

from typing import Any

from celery import shared_task

from bookings.shares import operations
from kernel import clock


@shared_task
def keep_due(**_: Any) -> None:
    """Every half minute: at the deadline those who paid go, the others are left out."""
    operations.keep_due(at=clock.now())
