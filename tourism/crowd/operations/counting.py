"""Count again who has passed today, and set the count right by hand.

The passages themselves are counted, all of the day, every second: nothing is added to a running
figure, so that nothing can be counted twice or be lost, and a scan that comes late counts at its own
time. See docs/algorithms/crowd.md for what it costs.
"""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from django.db import connection, transaction

from bookings.vouchers.passages import COUNTED
from kernel.audit import operations as audit
from kernel.places.models import Region
from tourism.areas.models import ScenicArea
from tourism.crowd import queries
from tourism.crowd.counting_sql import RECOUNT
from tourism.crowd.models import Correction


def recount(*, region: Region, at: datetime, days_ago: int = 0) -> int:
    """Count the passages of one venue-local day again; how many slices are other than before."""
    day = region.local_date(at) - timedelta(days=days_ago)
    bounds: dict[str, Any] = {
        "region": region.pk,
        "first": region.at(day, time(0)),
        "last": region.at(day + timedelta(days=1), time(0)),
    }
    with connection.cursor() as cursor:
        cursor.execute(RECOUNT.format(passages=COUNTED), bounds)
        return int(cursor.fetchone()[0])


def recount_all(*, at: datetime, days_ago: int = 0) -> int:
    """The same in every open region."""
    regions = Region.objects.filter(is_open=True).order_by("pk")
    return sum(recount(region=region, at=at, days_ago=days_ago) for region in regions)


def correct(*, area: ScenicArea, people: int, reason: str, actor: str, at: datetime) -> Correction:
    """Say that so many people are inside an area, because somebody has looked. Audited."""
    with transaction.atomic():
        ScenicArea.objects.select_for_update(no_key=True).get(pk=area.pk)
        known = queries.inside([area.pk], at=at)[area.pk].people
        row = Correction.objects.create(
            area=area, people=people, delta=people - known, reason=reason, actor=actor, at=at
        )
        audit.record(
            actor=actor, action="crowd.corrected", subject=f"area:{area.pk}", at=at,
            facts={"people": people, "was": known, "reason": reason},
        )  # fmt: skip
    return row
