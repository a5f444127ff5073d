"""Background work of invoices."""

from typing import Any

from celery import shared_task

from bookings.invoices import operations
from kernel import clock


@shared_task
def look_at_due(**_: Any) -> None:
    """Every few seconds: what waits for its time, or for an answer of the service."""
    operations.look_at_due(at=clock.now())
