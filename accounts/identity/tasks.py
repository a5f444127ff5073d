"""What beat asks of identity."""

from typing import Any

from celery import shared_task

from accounts.identity import operations
from kernel import clock


@shared_task
def forget_old(**_: Any) -> None:
    operations.forget_old(at=clock.now())
