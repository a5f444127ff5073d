"""Background work of points."""

from typing import Any

from celery import shared_task

from bookings.points import operations
from kernel import clock


@shared_task
def expire(**_: Any) -> None:
    """Every hour: points whose day has come are gone."""
    operations.expire(at=clock.now())


@shared_task
def tell_expiring(**_: Any) -> None:
    """Every hour: who has points that are gone soon is told."""
    operations.tell_expiring(at=clock.now())
