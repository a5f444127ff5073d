"""What beat asks of travellers."""

from typing import Any

from celery import shared_task

from accounts.travellers import operations
from kernel import clock


@shared_task
def ask_due(**_: Any) -> None:
    """Every minute: about whom the service did not answer before."""
    operations.ask_due(at=clock.now())
