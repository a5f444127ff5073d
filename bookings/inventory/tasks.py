"""Background work of the counts."""

from typing import Any

from celery import shared_task

from bookings.inventory import operations
from kernel import clock


@shared_task
def release_quotas(**_: Any) -> None:
    """Every minute: what channels have not sold by their time goes to own sale."""
    operations.release_due(at=clock.now())
