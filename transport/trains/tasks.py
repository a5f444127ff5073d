"""What beat asks of trains."""

from typing import Any

from celery import shared_task

from kernel import clock
from transport.trains import operations


@shared_task
def ask_due(**_: Any) -> None:
    """Every minute: ask about the trains that riders have named."""
    operations.ask_due(at=clock.now())
