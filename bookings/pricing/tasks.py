"""Background work of prices."""

from typing import Any

from celery import shared_task

from bookings.pricing import operations
from kernel import clock


@shared_task
def audit_prices(**_: Any) -> None:
    """Every night: a price does not depend on who asks."""
    operations.audit_prices(at=clock.now())
