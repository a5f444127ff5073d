"""Background work of refunds."""

from typing import Any

from celery import shared_task

from bookings.refunds import operations
from kernel import clock


@shared_task
def send_due(**_: Any) -> None:
    """Every few seconds: refunds without an answer are asked about again."""
    operations.send_due(at=clock.now())


@shared_task
def end_overdue(**_: Any) -> None:
    """Every minute: what is not paid by its date is cancelled by its terms."""
    operations.end_overdue(at=clock.now())


@shared_task
def wipe_old(**_: Any) -> None:
    """Every hour: what is no longer needed of buyers' accounts and evidence is wiped."""
    operations.wipe_old(at=clock.now())
    operations.wipe_evidence(at=clock.now())
