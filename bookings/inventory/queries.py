"""Reads of the counts. Nothing is decided from these: only ``take`` decides."""

from collections.abc import Iterable

from django.db.models import F

from bookings.inventory.models import Bucket


def left(bucket_ids: Iterable[int]) -> dict[int, int]:
    """Units that can be sold openly, per bucket id; an unknown id is absent."""
    rows = Bucket.objects.filter(id__in=set(bucket_ids))
    return dict(rows.values_list("id", F("capacity") - F("taken") - F("kept")))


def counts(bucket_ids: Iterable[int]) -> dict[int, tuple[int, int]]:
    """(capacity, taken) per bucket id; an unknown id is absent."""
    rows = Bucket.objects.filter(id__in=set(bucket_ids)).values_list("id", "capacity", "taken")
    return {bucket_id: (capacity, taken) for bucket_id, capacity, taken in rows}
