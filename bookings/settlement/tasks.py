"""Background work of settlement."""

from typing import Any

from celery import shared_task

from bookings.settlement import operations
from kernel import clock


@shared_task
def take_up(**_: Any) -> None:
    """Every few minutes: commission on what suppliers have earned since."""
    operations.take_up(all_of_them=False)


@shared_task
def take_up_all(**_: Any) -> None:
    """Once a day: the same, with everything that was ever posted."""
    operations.take_up()


@shared_task
def expire(**_: Any) -> None:
    """Every hour: what was paid and never used is revenue; what was used after all is not expired."""
    operations.take_back_expired(at=clock.now())
    operations.expire_due(at=clock.now())


@shared_task
def make_statements(**_: Any) -> None:
    """Once a day: every region's running month; the one before until it has settled."""
    operations.make_all_statements(at=clock.now())
