"""What beat asks of tickets."""

from typing import Any

from celery import shared_task

from kernel import clock
from tourism.tickets import operations


@shared_task
def end_stops(**_: Any) -> None:
    """Every minute: who has not chosen in time has the money back; what is still shut today is so again."""
    operations.end_stops(at=clock.now())
    operations.carry_over(at=clock.now())


@shared_task
def follow_moves(**_: Any) -> None:
    """Every minute: who bought an entry time in the moment in which it was moved follows, too."""
    operations.follow_moves(at=clock.now())


@shared_task
def forget_groups(**_: Any) -> None:
    """Every day: names of groups whose visit is long over are deleted."""
    operations.forget_old_groups(at=clock.now())
