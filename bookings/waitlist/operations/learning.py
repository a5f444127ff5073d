"""Learn the odds anew from those whose times are over: a new version of the table of each seller."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Max

from bookings.inventory import queries as counts
from bookings.waitlist import history, odds, queries
from bookings.waitlist.models import OddsTable
from bookings.waitlist.odds import Look
from bookings.waitlist.queries import Seller

SINCE = timedelta(days=400)
"""A year back, so that a holiday is learnt from the same one of the year before."""

_MOST_PARTIES, _LATEST = 6_000, 4_000
"""Looks are at the latest of those that were read; the others are there to stand before them."""


def learn(*, region_id: int, at: datetime) -> int:
    """Learn of each seller of a region, and of all of them together; how many tables were written.

    Where there is too little to learn from, the table before stays; where there is none, none is made.
    """
    written, together = 0, dict[str, list[tuple[Look, bool]]]()
    for seller in queries.sellers(region_id):
        looks = _looks(seller, at)
        together.setdefault(seller.kind, []).extend(looks)
        written += _keep(seller.region_id, seller.organisation_id, seller.kind, looks, at)
    for kind, looks in together.items():
        written += _keep(region_id, None, kind, looks, at)
    return written


def _looks(seller: Seller, at: datetime) -> list[tuple[Look, bool]]:
    past = queries.past_of(seller, since=at - SINCE, at=at, most=_MOST_PARTIES)
    buckets = {bucket for party in past for wish in party.wishes for bucket in wish.buckets}
    capacity = {bucket: size for bucket, (size, _taken) in counts.counts(buckets).items()}
    return history.looks(past, capacity=capacity, latest=_LATEST)


def _keep(
    region_id: int,
    organisation_id: int | None,
    kind: str,
    looks: Sequence[tuple[Look, bool]],
    at: datetime,
) -> bool:
    learnt = odds.learn(looks[-2 * _LATEST :])
    if learnt is None:
        return False
    with transaction.atomic():
        rows = OddsTable.objects.filter(region=region_id, organisation=organisation_id, kind=kind)
        last = rows.aggregate(n=Max("version"))["n"] or 0
        OddsTable.objects.create(
            region_id=region_id,
            organisation_id=organisation_id,
            kind=kind,
            version=last + 1,
            looks=len(looks),
            served=sum(served for _look, served in looks),
            learnt=learnt.as_json(),
            learnt_at=at,
        )
    return True
