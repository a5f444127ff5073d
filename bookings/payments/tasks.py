"""Background work of payments."""

from typing import Any

from celery import shared_task

from bookings.payments import operations
from kernel import clock


@shared_task
def ask_open(**_: Any) -> None:
    """Every few seconds: ask providers about payments whose notice has not come."""
    operations.ask_open(at=clock.now())


@shared_task
def catch_up(**_: Any) -> None:
    """Every few minutes: what providers have told while nobody heard."""
    operations.catch_up(at=clock.now())
