"""Background work of tabs."""

from typing import Any

from celery import shared_task

from bookings.tabs import operations
from kernel import clock


@shared_task
def bill_months(**_: Any) -> None:
    """Every hour: months that are over are billed."""
    operations.bill_months(at=clock.now())
