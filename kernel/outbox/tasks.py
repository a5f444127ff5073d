"""Background work of the outbox."""

from typing import Any

from celery import shared_task

from kernel import clock
from kernel.outbox import operations


@shared_task
def relay(**_: Any) -> None:
    """Every second, and after a commit that recorded an event: bring events to their handlers."""
    operations.relay(at=clock.now())
