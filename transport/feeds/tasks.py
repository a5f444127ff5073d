"""What beat asks of feeds."""

from typing import Any

from celery import shared_task

from kernel import clock
from transport.feeds import operations


@shared_task(soft_time_limit=operations.LEASE_S - 60, time_limit=operations.LEASE_S - 30)
def work_off(**_: Any) -> None:
    """Every few seconds: check what was sent, take in what was accepted. Large feeds take minutes."""
    operations.work_off(at=clock.now())
