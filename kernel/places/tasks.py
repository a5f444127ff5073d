"""Background work of places."""

import logging
from typing import Any

from celery import shared_task

from kernel import clock
from kernel.places import horizons

logger = logging.getLogger(__name__)


@shared_task
def extend_horizons(**_: Any) -> None:
    """Every few minutes: what is sold by day reaches each region's horizon; a shortage is an error."""
    for short in horizons.extend_all(at=clock.now()):
        logger.error(
            "horizon is short",
            extra={
                "region": short.region.slug,
                "seller": short.seller,
                "days_left": short.days_left,
            },
        )
