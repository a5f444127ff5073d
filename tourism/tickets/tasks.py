"""What beat asks of tickets."""

from typing import Any

from celery import shared_task

from kernel import clock
from tourism.tickets import operations


@shared_task
def follow_moves(**_: Any) -> None:
    """Every minute: who bought an entry time in the moment in which it was moved follows, too."""
    operations.follow_moves(at=clock.now())
