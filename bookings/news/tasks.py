"""What beat asks of reminders."""

from typing import Any

from celery import shared_task

from bookings.news import operations
from kernel import clock


@shared_task
def remind_of_tomorrow(**_: Any) -> None:
    """Every five minutes: from six in the evening on, of the next day."""
    operations.remind_of_tomorrow(at=clock.now())


@shared_task
def remind_of_soon(**_: Any) -> None:
    """Every minute: of what starts in two hours."""
    operations.remind_of_soon(at=clock.now())
