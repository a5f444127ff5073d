"""What becomes of the trips of the version before: kept, going on, moving along, or another one."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import timedelta

from kernel.places.loading.merging import is_edited
from transport.feeds import queries
from transport.feeds.cells import unpack_all
from transport.feeds.gtfs.rows.service import Frequency
from transport.feeds.meanings import Headways, Values, headways_of
from transport.feeds.models import FeedTrip
from transport.feeds.operations.incoming import Incoming
from transport.feeds.patterns import PatternPlan
from transport.lines import operations as lines
from transport.lines.models import MOST_MOVED_MIN, PatternStop
from transport.lines.retiming import Shift, Stop, at_clock, shift

_COLUMNS = ("line_id", "pattern_id", "service_id", "departs_s")


class Fates:
    """Which trips of the version before go on in the new one."""

    def __init__(self, incoming: Incoming, before: Mapping[str, FeedTrip]) -> None:
        self._incoming = incoming
        self._stops = _stops({row.trip.pattern_id for row in before.values()})
        ids = [row.trip_id for row in before.values()]
        self._headways = queries.headways(ids)
        most = timedelta(minutes=MOST_MOVED_MIN)
        self._sold_soon = lines.sold_soon(ids, within=most, at=incoming.at)

    def is_kept(self, old: FeedTrip) -> bool:
        """Whether an operator has changed the trip, or has said from when to when it runs."""
        trip = old.trip
        has_days = trip.valid_from is not None or trip.valid_until is not None
        return (
            has_days
            or is_edited(trip, _COLUMNS)
            or self._of(old) != headways_of(unpack_all(old.frequencies, "frequencies"))
        )

    def goes_on(
        self, old: FeedTrip, values: Values, plan: PatternPlan, frequencies: Sequence[Frequency]
    ) -> bool:
        """Whether its riders can ride on: it is where it was, or moves by no more than its line may."""
        trip = old.trip
        moves = self.shift(old, values, plan)
        if moves is None or trip.line_id != values["line_id"]:
            return False
        is_fair = not (moves.is_earlier and trip.pk in self._sold_soon)
        is_near = moves.is_within(trip.line.moved_along_min * 60)
        return is_near and is_fair and self._of(old) == headways_of(frequencies)

    def shift(self, old: FeedTrip, values: Values, plan: PatternPlan) -> Shift | None:
        """How far it moves; one by headways departs by those."""
        before, after = (0, 0) if self._of(old) else (old.trip.departs_s, values["departs_s"])
        return shift(
            at_clock(before, self._stops[old.trip.pattern_id]),
            at_clock(after, _planned(self._incoming, plan)),
        )

    def _of(self, old: FeedTrip) -> Headways:
        return self._headways.get(old.trip_id, ())


def _stops(pattern_ids: set[int]) -> dict[int, list[Stop]]:
    found: dict[int, list[Stop]] = defaultdict(list)
    rows = PatternStop.objects.filter(pattern__in=pattern_ids).order_by("pattern_id", "seq")
    columns = ("place_id", "arrives_s", "departs_s", "may_board", "may_alight")
    for pk, *stop in rows.values_list("pattern_id", *columns):
        found[pk].append((stop[0], stop[1], stop[2], stop[3], stop[4]))
    return found


def _planned(incoming: Incoming, plan: PatternPlan) -> list[Stop]:
    return [
        (
            incoming.places[stop["stop_id"]],
            stop["arrives_s"],
            stop["departs_s"],
            stop["may_board"],
            stop["may_alight"],
        )
        for stop in plan.stops
    ]
