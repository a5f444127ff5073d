"""What beat asks of rides."""

from typing import Any

from celery import shared_task

from kernel import clock
from transport.rides import operations


@shared_task
def forget_old(**_: Any) -> None:
    """Every day: what was lost half a year ago, and links of rides long over, are deleted."""
    operations.forget_old(at=clock.now())
