"""What a sale up takes of the places down: the mountain's thresholds, as a ceiling above both sellers."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils.translation import gettext_lazy as _

from bookings.contracts import Offer
from kernel.errors import Refusal
from kernel.memo import Memo
from kernel.naming import say
from portal.descent import figures, operations, queries
from portal.descent.models import Mountain, Threshold

Door = tuple[str, str]


class NoWayDown(Refusal):
    """Nobody more can be carried down after that time."""

    code = "no_way_down"
    message = _(
        "%(title)s: at this time more would be up than can come down before the last departure. "
        "Please choose an earlier time."
    )


@dataclass(frozen=True, slots=True)
class _Up:
    """A confirmed mountain to which a door leads, and how long a ride and the least stay take."""

    mountain: Mountain
    takes: timedelta


_doors: Memo[str, Mapping[Door, Sequence[_Up]]] = Memo(seconds=5)


class WaysDown:
    """Sales up by time, against what is carried down later that day."""

    def above(
        self, *, offers: Sequence[Offer], at: datetime
    ) -> Sequence[Collection[int] | Refusal]:
        doors = _doors.get("", lambda _key: _read_doors())
        ups = [_ups(offer, doors) for offer in offers]
        if not any(ups):
            return [()] * len(offers)
        laid = _laid_out(offers, ups, at)
        return [
            _answer(offer, found, laid) if found else ()
            for offer, found in zip(offers, ups, strict=True)
        ]

    def owned(self, bucket_ids: Collection[int]) -> Collection[int]:
        rows = Threshold.objects.filter(bucket_id__in=bucket_ids)
        return set(rows.values_list("bucket_id", flat=True))

    def refusal(self, *, bucket_id: int, title: str) -> Refusal | None:
        return NoWayDown(field="ref", title=title) if self.owned([bucket_id]) else None


def _ups(offer: Offer, doors: Mapping[Door, Sequence[_Up]]) -> Sequence[_Up]:
    zone = offer.facts.get("zone", "")
    return [
        up for door in ("", *offer.facts.get("doors_in", ())) for up in doors.get((zone, door), ())
    ]


def _laid_out(
    offers: Sequence[Offer], ups: Sequence[Sequence[_Up]], at: datetime
) -> dict[tuple[int, date], list[Threshold]]:
    """The thresholds of every mountain and day that is asked for; made where there are none yet."""
    wanted = {
        (up.mountain.pk, _day(offer, up)): up.mountain
        for offer, found in zip(offers, ups, strict=True)
        for up in found
    }
    laid: dict[tuple[int, date], list[Threshold]] = defaultdict(list)
    for row in queries.thresholds_on(*zip(*wanted, strict=True)):
        laid[row.mountain_id, row.date].append(row)
    for key, mountain in wanted.items():
        if key not in laid:
            laid[key] = operations.lay_out(mountain=mountain, day=key[1], at=at)
    return laid


def _answer(
    offer: Offer, ups: Sequence[_Up], laid: Mapping[tuple[int, date], Sequence[Threshold]]
) -> Collection[int] | Refusal:
    buckets: set[int] = set()
    for up in ups:
        rows = {row.from_at: row.bucket_id for row in laid[up.mountain.pk, _day(offer, up)]}
        moments = sorted(rows)
        ready_at = offer.ends_at + up.takes
        if not moments or ready_at >= moments[-1]:
            return NoWayDown(field="ref", title=say(offer.title))
        buckets |= {rows[moment] for moment in figures.counted_in(moments, ready_at)}
    return buckets


def _day(offer: Offer, up: _Up) -> date:
    return up.mountain.region.local_date(offer.starts_at)


def _read_doors() -> Mapping[Door, Sequence[_Up]]:
    """Only of mountains that somebody has confirmed: a guess stops no sale."""
    found: dict[Door, list[_Up]] = defaultdict(list)
    for mountain in queries.mountains().filter(confirmed_at__isnull=False):
        for way in queries.ways_of(mountain):
            if way.is_up:
                ride_min = way.cableway.ride_min if way.cableway else way.shuttle.line.ride_min  # type: ignore[union-attr]
                takes = timedelta(minutes=ride_min + mountain.stay_min)
                found[queries.door_of(way)].append(_Up(mountain, takes))
    return found
