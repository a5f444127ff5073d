"""Background work of rewards."""

from typing import Any

from celery import shared_task

from bookings.rewards import operations
from kernel import clock


@shared_task
def take_up_all(**_: Any) -> None:
    """Once a day: what was earned, by everything that the books say."""
    operations.take_up_all(at=clock.now())
