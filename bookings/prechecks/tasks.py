"""What beat asks of the pre-check."""

from typing import Any

from celery import shared_task

from bookings.prechecks import operations
from kernel import clock
from kernel.places.models import Region


@shared_task
def look_ahead(**_: Any) -> None:
    """Every five minutes: in each region from its hour on, at the next day's visitors."""
    for region in Region.objects.order_by("pk"):
        operations.look_ahead(region=region, at=clock.now())
