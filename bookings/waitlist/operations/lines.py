"""Standing in the lines of the buckets that have no room."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from bookings.inventory import operations as inventory
from bookings.inventory import queries as counts
from bookings.waitlist.models import Place, Wish


def line_up(wanted: Sequence[tuple[Wish, Mapping[int, int]]], *, at: datetime) -> set[int]:
    """Put wishes into the line of each bucket that has no room for them; return their ids.

    Those buckets are awaited from here on. What is returned waits for something; a wish for which
    everything is there is left out. In the caller's transaction; the buckets stay locked.
    """
    inventory.lock({bucket for _wish, units in wanted for bucket in units})
    left = counts.left({bucket for _wish, units in wanted for bucket in units})
    places = [
        Place(entry_id=wish.entry_id, wish=wish, bucket_id=bucket, units=count, since=at)
        for wish, units in wanted
        for bucket, count in sorted(units.items())
        if count > left.get(bucket, 0)
    ]
    inventory.await_units({place.bucket_id for place in places})
    Place.objects.bulk_create(places, ignore_conflicts=True)
    for wish, _units in wanted:
        lines = {place.bucket_id for place in places if place.wish_id == wish.pk}
        wish.buckets = sorted({*wish.buckets, *lines})
        wish.save(update_fields=["buckets"])
    return {place.wish_id for place in places}
