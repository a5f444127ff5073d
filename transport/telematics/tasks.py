"""What beat asks of telematics."""

from typing import Any

from celery import shared_task

from kernel import clock
from transport.telematics import operations


@shared_task
def forget_old(**_: Any) -> None:
    """Every hour: positions of last week are deleted."""
    operations.forget_old(at=clock.now())
