"""What beat asks of the live crowd."""

from typing import Any

from celery import shared_task

from kernel import clock
from tourism.crowd import operations


@shared_task
def look(**_: Any) -> None:
    """Every second: count today's passages and judge the levels."""
    operations.look(at=clock.now())


@shared_task
def recount_yesterday(**_: Any) -> None:
    """Every five minutes: scans of yesterday may still come in from a gate that was offline."""
    operations.recount_all(at=clock.now(), days_ago=1)


@shared_task
def carry_out(**_: Any) -> None:
    """Every five seconds: stops that can no longer be undone, and are confirmed where they must be."""
    operations.carry_out(at=clock.now())
