"""Background work of deposits."""

from typing import Any

from celery import shared_task

from bookings.deposits import operations
from kernel import clock


@shared_task
def return_due(**_: Any) -> None:
    """Every few minutes: deposits whose time is over go back whole."""
    operations.return_due(at=clock.now())


@shared_task
def carry_out_due(**_: Any) -> None:
    """Every few seconds: deposits that a payment service did not answer about are tried again."""
    operations.carry_out_due(at=clock.now())
