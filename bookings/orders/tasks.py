"""Background work of orders."""

from typing import Any

from celery import shared_task

from bookings.orders import operations
from kernel import clock


@shared_task
def lapse_due(**_: Any) -> None:
    """Every few seconds: holds that are due give their units back."""
    operations.lapse_due(at=clock.now())
