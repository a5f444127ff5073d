"""What beat asks of free visits."""

from typing import Any

from celery import shared_task

from bookings.noshows import operations
from kernel import clock


@shared_task
def decide_due(**_: Any) -> None:
    """Every ten minutes: who did not come, of what was over some hours ago."""
    operations.decide_due(at=clock.now())


@shared_task
def forget_old(**_: Any) -> None:
    """Every day: what counts no more."""
    operations.forget_old(at=clock.now())
