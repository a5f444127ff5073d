"""The trips of a feed: what is new, what is the same, and what ends.

A trip that moves by a few minutes takes its riders along (``lines.operations.moves``). One that moves
further or stops elsewhere is another trip: the old one ends, as in the back office. Its coming runs are
cancelled and riders get back what they paid; runs that nobody has bought go without a trace.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.db.models import Q

from kernel.places.loading.merging import digest_of
from transport.feeds.cells import pack
from transport.feeds.gtfs.rows.service import Frequency, Trip
from transport.feeds.meanings import Values, headway_values
from transport.feeds.models import FeedTrip
from transport.feeds.operations.fates import Fates
from transport.feeds.operations.incoming import Incoming
from transport.feeds.operations.patterns import drop_idle, put_patterns
from transport.feeds.patterns import Timetable
from transport.feeds.slugs import Slugs
from transport.lines import operations as lines
from transport.lines.models import Headway, Run, RunState, TimetableTrip
from transport.lines.retiming import Shift

_MOST_SLUG = 255
_ACTOR = "system"


@dataclass(slots=True)
class _Changes:
    """What becomes of the trips. ``ids``: our trip by trip_id, those to be made are in ``added``;
    ``renamed``: by old and new pattern, those whose riders feel nothing; ``moved`` by a few minutes."""

    ids: dict[str, int] = field(default_factory=dict)
    added: dict[str, TimetableTrip] = field(default_factory=dict)
    changed: list[TimetableTrip] = field(default_factory=list)
    renamed: dict[tuple[int, int], list[int]] = field(default_factory=lambda: defaultdict(list))
    moved: list[int] = field(default_factory=list)
    ended: list[int] = field(default_factory=list)
    same: int = 0
    kept: int = 0


def put_trips(incoming: Incoming, timetable: Timetable) -> str:
    """Merge patterns and trips; end what is gone; cancel the runs that no longer are."""
    patterns = put_patterns(incoming, timetable)
    frequencies = _frequencies(incoming)
    before = {
        row.gtfs_id: row
        for row in FeedTrip.objects.filter(feed=incoming.feed).select_related("trip__line")
    }
    changes = _changes(incoming, timetable, patterns, frequencies, before)
    _write(incoming, changes, frequencies)
    _remember(incoming, timetable, changes, frequencies)
    if not incoming.is_first:
        drop_idle(incoming)
        _follow_calendar(incoming)
    return (
        f"+{len(changes.added)} ~{len(changes.changed)} ={changes.same} kept {changes.kept},"
        f" moved {len(changes.moved)}, ended {len(changes.ended)}"
    )


def _frequencies(incoming: Incoming) -> dict[str, list[Frequency]]:
    found: dict[str, list[Frequency]] = defaultdict(list)
    for row in incoming.data.frequencies:
        found[row.trip_id].append(row)
    return found


def _changes(
    incoming: Incoming,
    timetable: Timetable,
    patterns: Mapping[tuple[int, str], int],
    frequencies: Mapping[str, Sequence[Frequency]],
    before: Mapping[str, FeedTrip],
) -> _Changes:
    changes = _Changes()
    slugs = _slugs(incoming)
    fates = Fates(incoming, before)
    operators = {row.route_id: incoming.organisation_of(row) for row in incoming.data.routes}
    for trip in timetable.trips:
        plan = timetable.pattern_of[trip.trip_id]
        line_id = incoming.lines[trip.route_id]
        values = {
            "line_id": line_id,
            "pattern_id": patterns[line_id, plan.slug],
            "service_id": incoming.services[trip.service_id, operators[trip.route_id]],
            "departs_s": timetable.departs_s[trip.trip_id],
        }
        old = before.get(trip.trip_id)
        if old and fates.is_kept(old):
            changes.ids[trip.trip_id] = old.trip_id
            changes.kept += 1
        elif old and fates.goes_on(old, values, plan, frequencies.get(trip.trip_id, ())):
            _change(changes, trip, old.trip, values, fates.shift(old, values, plan))
        else:
            if old:
                changes.ended.append(old.trip_id)
            slug = slugs[line_id].keep(trip.trip_id)
            made = TimetableTrip(**values, slug=slug, loaded_digest=digest_of(values))
            changes.added[trip.trip_id] = made
    gone = set(before) - set(timetable.departs_s)
    changes.ended += [before[name].trip_id for name in sorted(gone)]
    return changes


def _slugs(incoming: Incoming) -> dict[int, Slugs]:
    taken: dict[int, list[str]] = {line_id: [] for line_id in incoming.lines.values()}
    rows = TimetableTrip.objects.filter(line__in=taken)
    for line_id, slug in rows.values_list("line_id", "slug"):
        taken[line_id].append(slug)
    return {line_id: Slugs(names, _MOST_SLUG) for line_id, names in taken.items()}


def _change(
    changes: _Changes, trip: Trip, old: TimetableTrip, values: Values, moves: Shift | None
) -> None:
    changes.ids[trip.trip_id] = old.pk
    digest = digest_of(values)
    if old.loaded_digest == digest:
        changes.same += 1
        return
    if moves:
        changes.moved.append(old.pk)
    elif old.pattern_id != values["pattern_id"]:
        changes.renamed[old.pattern_id, values["pattern_id"]].append(old.pk)
    for name, value in values.items():
        setattr(old, name, value)
    old.loaded_digest = digest
    changes.changed.append(old)


def _write(
    incoming: Incoming, changes: _Changes, frequencies: Mapping[str, Sequence[Frequency]]
) -> None:
    TimetableTrip.objects.bulk_create(changes.added.values(), batch_size=5000)
    changes.ids.update({name: trip.pk for name, trip in changes.added.items()})
    Headway.objects.bulk_create(
        [
            Headway(trip_id=trip.pk, **headway_values(row))
            for name, trip in changes.added.items()
            for row in frequencies.get(name, ())
        ],
        batch_size=5000,
    )
    TimetableTrip.objects.bulk_update(
        changes.changed, ["pattern_id", "service_id", "departs_s", "loaded_digest"], batch_size=500
    )
    for (old, new), trips in changes.renamed.items():
        runs = Run.objects.filter(trip__in=trips, pattern=old, departs_at__gt=incoming.at)
        runs.update(pattern=new)
    if changes.moved:
        lines.retime(trip_ids=changes.moved, actor=_ACTOR, at=incoming.at)
    _end(incoming, changes.ended)


def _end(incoming: Incoming, trip_ids: Sequence[int]) -> None:
    """End trips today, but those that an operator has ended before."""
    today = incoming.today
    trips = TimetableTrip.objects.filter(pk__in=trip_ids)
    trips = trips.filter(Q(valid_until=None) | Q(valid_until__gt=today))
    trips.filter(valid_from__gte=today).update(valid_from=None)
    trips.update(valid_until=today)


def _remember(
    incoming: Incoming,
    timetable: Timetable,
    changes: _Changes,
    frequencies: Mapping[str, Sequence[Frequency]],
) -> None:
    FeedTrip.objects.filter(feed=incoming.feed).delete()
    FeedTrip.objects.bulk_create(
        [
            FeedTrip(
                feed=incoming.feed,
                gtfs_id=trip.trip_id,
                trip_id=changes.ids[trip.trip_id],
                row=pack(trip, "trips"),
                frequencies=[pack(row, "frequencies") for row in frequencies.get(trip.trip_id, ())],
            )
            for trip in timetable.trips
        ],
        batch_size=5000,
    )


def _follow_calendar(incoming: Incoming) -> None:
    """Take back coming runs on days that the timetable no longer has, of gone lines too."""
    coming = Run.objects.filter(
        line__feed_route__feed=incoming.feed,
        state=RunState.SCHEDULED,
        departs_at__gt=incoming.at,
    )
    line_ids = list(coming.values_list("line", flat=True).distinct())
    lines.drop_unsold(line_ids=line_ids, at=incoming.at)
    lines.follow_calendar(line_ids=line_ids, actor=_ACTOR, at=incoming.at)
