"""Background work of the watch."""

from typing import Any

from celery import shared_task

from kernel import clock
from kernel.watch import operations


@shared_task
def ask_next_rule(**_: Any) -> None:
    """Every two minutes: ask the rule that was asked longest ago whether it holds."""
    operations.ask_next(at=clock.now())
