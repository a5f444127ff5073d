"""Entries as their people see them: rank, and what was decided about them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Min, Q, QuerySet

from bookings.inventory.models import Bucket, Return
from bookings.waitlist.models import (
    Decision,
    Entry,
    EntryState,
    Handover,
    HandoverState,
    Outcome,
    Place,
)
from kernel.errors import NotFound


def of_actors(actors: Collection[str]) -> QuerySet[Entry]:
    """The entries of a person, the latest first."""
    rows = Entry.objects.filter(actor__in=actors).select_related("region", "order")
    return rows.prefetch_related("wishes").order_by("-pk")


def get(entry_id: int, *, actors: Collection[str]) -> Entry:
    """One entry of this person.

    :raises NotFound: there is none, or it is somebody else's.
    """
    entry = of_actors(actors).filter(pk=entry_id).first()
    if entry is None:
        raise NotFound
    return entry


def rank(entry: Entry) -> int | None:
    """Its place in the shortest of its lines, 1 is next; None where it does not wait."""
    if not entry.is_waiting:
        return None
    ahead = [
        Place.objects.filter(bucket_id=bucket, entry__lt=entry.pk).aggregate(
            n=Count("entry", distinct=True)
        )["n"]
        for bucket in set(entry.places.values_list("bucket_id", flat=True))
    ]
    return min(ahead) + 1 if ahead else None


def lengths(bucket_ids: Collection[int]) -> dict[int, int]:
    """How many parties wait in the line of each bucket; an empty line is absent. One statement."""
    rows = Place.objects.filter(bucket_id__in=bucket_ids).values("bucket_id")
    return {r["bucket_id"]: r["n"] for r in rows.annotate(n=Count("entry", distinct=True))}


@dataclass(frozen=True, slots=True)
class Passing:
    """Once when something came free and an entry did not get it: what was free, and why not."""

    at: datetime
    free: int
    units: int
    words: str


def passings(entry: Entry, *, most: int = 20) -> list[Passing]:
    """Every time this entry was passed over, the latest first: one at a moment, with its reason.

    Where the party was too large for what was free there is no row of its own: the decision for the
    one behind it, or for nobody, says so of everybody before.
    """
    lines = list(entry.decisions.filter(outcome=Outcome.PASSED).order_by("-pk")[:most])
    own = [Passing(d.at, d.free, d.units, d.words) for d in lines]
    return sorted([*own, *_too_few(entry, most)], key=lambda p: p.at, reverse=True)[:most]


def _too_few(entry: Entry, most: int) -> list[Passing]:
    until = entry.served_at or entry.ended_at
    buckets = {bucket for wish in entry.wishes.all() for bucket in wish.buckets}
    behind = Q(outcome=Outcome.SERVED, entry__gt=entry.pk) | Q(outcome=Outcome.NOBODY)
    rows = Decision.objects.filter(
        behind, bucket_id__in=buckets, free__lt=entry.size, at__gte=entry.joined_at
    )
    if until is not None:
        rows = rows.filter(at__lte=until)
    steps = rows.values("return_id").annotate(when=Min("at"), left=Min("free")).order_by("-when")
    return [Passing(row["when"], row["left"], entry.size, "") for row in steps[:most]]


def regions_to_serve() -> list[int]:
    """Regions in which something came free or is kept, or somebody is in the middle of being served,
    or something is handed on."""
    free = Return.objects.filter(served_at__isnull=True).values_list("region_id", flat=True)
    kept = Bucket.objects.filter(is_awaited=True, kept__gt=0).values_list("region_id", flat=True)
    begun = Entry.objects.filter(state=EntryState.SERVING).values_list("region_id", flat=True)
    handed = Handover.objects.filter(state=HandoverState.OPEN).values_list("region_id", flat=True)
    rows = (free, kept, begun, handed)
    return sorted({region for regions in rows for region in regions.distinct()})
