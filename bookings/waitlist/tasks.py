"""Background work of the waiting list."""

import os
import socket
from typing import Any

from celery import shared_task

from bookings.waitlist import operations, queries
from kernel import clock


@shared_task
def serve(**_: Any) -> None:
    """Every other second: what came free is handed out, region by region."""
    owner = f"{socket.gethostname()}:{os.getpid()}"
    for region_id in queries.regions_to_serve():
        operations.serve(region_id=region_id, owner=owner, at=clock.now())


@shared_task
def end_over(**_: Any) -> None:
    """Every minute: who waits for nothing that is still to come is told; idle lines are closed;
    what was handed on and has begun is over."""
    operations.end_over(at=clock.now())
    operations.end_handovers(at=clock.now())


@shared_task
def learn_odds(**_: Any) -> None:
    """Once a day: the odds are learnt anew, region by region."""
    for region_id in queries.regions_with_lists():
        operations.learn(region_id=region_id, at=clock.now())
