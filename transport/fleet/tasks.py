"""What beat asks of the fleet."""

from typing import Any

from celery import shared_task

from kernel import clock
from transport.fleet import operations


@shared_task
def warn_of_papers(**_: Any) -> None:
    """Every hour: tell of papers that run out."""
    operations.warn_of_papers(at=clock.now())
