"""Background work of fulfilment."""

from typing import Any

from celery import shared_task

from bookings.fulfilment import operations
from kernel import clock


@shared_task
def ask_waiting_suppliers(**_: Any) -> None:
    """Every minute: suppliers who have not answered are asked again."""
    operations.ask_waiting_suppliers(at=clock.now())
