"""The stop patterns of a feed: named after what they are, so that none ever changes."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence

from django.db import connection
from django.db.models import Model

from transport.feeds.models import FeedPattern
from transport.feeds.operations.incoming import Incoming
from transport.feeds.patterns import PatternPlan, Timetable, stop_rows
from transport.lines.models import Pattern, PatternStop

_WORDS = ("direction", "headsign_zh", "headsign_en")
_COLUMNS = ("seq", "arrives_s", "departs_s", "metres", "fare_fen", "may_board", "may_alight")

Key = tuple[int, str]


def put_patterns(incoming: Incoming, timetable: Timetable) -> dict[Key, int]:
    """Make the patterns that are not there yet; return the ids of all by line id and slug."""
    plans = {(incoming.lines[plan.route_id], plan.slug): plan for plan in timetable.patterns}
    known = _ids(incoming)
    added = {key: plan for key, plan in plans.items() if key not in known}
    _copy_patterns(added)
    ids = _ids(incoming)
    _copy_stops(incoming, {ids[key]: plan for key, plan in added.items()})
    FeedPattern.objects.bulk_create(
        [
            FeedPattern(feed=incoming.feed, pattern_id=ids[key], stops=plan.cells)
            for key, plan in added.items()
        ],
        batch_size=1000,
    )
    return ids


def drop_idle(incoming: Incoming) -> None:
    """Delete patterns of the feed by which nothing runs and never ran."""
    idle = Pattern.objects.filter(line__in=incoming.lines.values(), trips=None, runs=None)
    idle.filter(pk__in=FeedPattern.objects.filter(feed=incoming.feed).values("pattern")).delete()


def _ids(incoming: Incoming) -> dict[Key, int]:
    rows = Pattern.objects.filter(line__in=incoming.lines.values())
    return {(line, slug): pk for line, slug, pk in rows.values_list("line_id", "slug", "pk")}


def _copy_patterns(plans: Mapping[Key, PatternPlan]) -> None:
    """Write new patterns. One fare for all rides is what the stops' own fares say."""
    rows = []
    for (line_id, slug), plan in plans.items():
        rides = plan.rides if plan.rides and len(plan.rides) > 1 else ()
        fares = f"{{{','.join(map(str, rides))}}}"
        rows.append((line_id, slug, "", *(plan.words[name] for name in _WORDS), fares))
    columns = ("line_id", "slug", "loaded_digest", *_WORDS, "ride_fares_fen")
    _copy(Pattern, columns, rows)


def _copy_stops(incoming: Incoming, plans: Mapping[int, PatternPlan]) -> None:
    """Write the stops of new patterns."""
    rows = (
        (pattern_id, incoming.places[values["stop_id"]], "", *(values[name] for name in _COLUMNS))
        for pattern_id, plan in plans.items()
        for values in stop_rows(plan)
    )
    _copy(PatternStop, ("pattern_id", "place_id", "loaded_digest", *_COLUMNS), rows)


def _copy(model: type[Model], columns: Sequence[str], rows: Iterable[Sequence[str | int]]) -> None:
    """COPY: a feed may have a hundred thousand of them, and a pattern hundreds of fares."""
    text = io.StringIO()
    # All quoted, so that nothing reads as NULL.
    csv.writer(text, lineterminator="\n", quoting=csv.QUOTE_ALL).writerows(rows)
    text.seek(0)
    sql = f"COPY {model._meta.db_table} ({', '.join(columns)}) FROM STDIN (FORMAT csv)"
    with connection.cursor() as cursor:
        cursor.copy_expert(sql, text)
