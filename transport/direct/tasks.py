"""What beat asks of direct shuttles."""

from typing import Any

from celery import shared_task

from kernel import clock
from transport.direct import operations


@shared_task
def follow_cancelled(**_: Any) -> None:
    """Every minute: return what was delivered in the moment in which its boarding time was cancelled."""
    operations.follow_cancelled(at=clock.now())
