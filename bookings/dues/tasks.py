"""Background work of sums due later."""

from typing import Any

from celery import shared_task

from bookings.dues import operations
from kernel import clock


@shared_task
def tell_due(**_: Any) -> None:
    """Every minute: buyers are told of rests that fall due."""
    operations.tell_due(at=clock.now())
