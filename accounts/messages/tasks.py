"""What beat asks of messages."""

from typing import Any

from celery import shared_task

from accounts.messages import operations
from kernel import clock


@shared_task
def deliver_due(**_: Any) -> None:
    operations.deliver_due(at=clock.now())


@shared_task
def forget_old(**_: Any) -> None:
    operations.forget_old(at=clock.now())
