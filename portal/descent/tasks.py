"""What beat asks of the ways down."""

from typing import Any

from celery import shared_task

from kernel import clock
from portal.descent import operations


@shared_task
def look(**_: Any) -> None:
    """Every half minute: does everybody come down?"""
    operations.look(at=clock.now())


@shared_task
def follow(**_: Any) -> None:
    """Every minute: what may be sold up follows what is carried down."""
    operations.follow_all(at=clock.now())
