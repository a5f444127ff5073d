"""Background work of balances."""

from typing import Any

from celery import shared_task

from bookings.balance import operations
from kernel import clock


@shared_task
def expire(**_: Any) -> None:
    """Every hour: bonuses whose day has come are gone."""
    operations.expire(at=clock.now())
