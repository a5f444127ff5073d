"""What beat asks of lines."""

from typing import Any

from celery import shared_task

from kernel import clock
from transport.lines import operations


@shared_task
def propose_relief(**_: Any) -> None:
    """Every minute: propose another vehicle where many wait."""
    operations.propose_relief(at=clock.now())


@shared_task
def give_seats(**_: Any) -> None:
    """Every minute: a seat for everybody who rides soon and has chosen none."""
    operations.give_seats_soon(at=clock.now())


@shared_task
def follow_disruptions(**_: Any) -> None:
    """Every minute: find who was buying while a run became late or was called off."""
    operations.follow_disruptions(at=clock.now())


@shared_task
def end_choices(**_: Any) -> None:
    """Every minute: decide for riders who have not said anything in time."""
    operations.end_choices(at=clock.now())


@shared_task
def follow_moves(**_: Any) -> None:
    """Every minute: who bought a departure in the moment in which it was moved follows, too."""
    operations.follow_moves(at=clock.now())
