"""The loader of direct shuttles: which lines are sold by time; lays out their windows."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db.models import Max
from django.utils.translation import gettext as _

from kernel.places.loading import Folder, RegionFacts, Row, Tally, merge, provenance
from kernel.places.models import Region
from transport.direct import operations, queries
from transport.direct.models import (
    MOST_PER_HOUR,
    MOST_WINDOW_MIN,
    DirectShuttle,
    Leaves,
    Window,
)
from transport.lines import queries as lines
from transport.lines.models import Pattern, ShuttleLine

FILE = "direct_shuttles.csv"
_COLUMNS = (
    *("line_id", "direction", "leaves", "window_min", "per_hour", "first_departure"),
    *("last_departure", "source", "confidence"),
)
_LEAVES = {"when_full": Leaves.WHEN_FULL, "timetable": Leaves.TIMETABLE}
_WAYS = ("out", "back")

Values = dict[str, Any]


class DirectLoader:
    """Reads direct_shuttles.csv, behind the lines. A region without it sells none."""

    name = "direct"

    def check(self, folder: Folder, facts: RegionFacts) -> list[Values]:
        return folder.sheet(FILE, _shuttle, columns=_COLUMNS) if folder.has(FILE) else []

    def write(self, parsed: list[Values], *, region: Region, at: datetime) -> Sequence[Tally]:
        lines_by_slug = dict(ShuttleLine.objects.filter(region=region).values_list("slug", "pk"))
        patterns = {
            (line, slug): pk
            for pk, line, slug in Pattern.objects.filter(line__region=region).values_list(
                "pk", "line__slug", "slug"
            )
        }
        rows = [
            _values(row, lines_by_slug, patterns)
            for row in parsed
            if (row["line"], row["way"]) in patterns
        ]
        shuttles = DirectShuttle.objects.filter(line__region=region)
        return [merge(shuttles, key=("pattern_id",), rows=rows)]

    def extend(self, *, region: Region, until: date, at: datetime) -> int:
        return operations.create_windows(region=region, first=region.local_date(at), last=until)

    def horizon(self, *, region: Region) -> date | None:
        """The last day that every shuttle has its windows of; None where nothing is sold by time."""
        shuttles = list(queries.open_shuttles(region))
        if not shuttles:
            return None
        reached = dict(
            Window.objects.filter(shuttle__in=shuttles)
            .values_list("shuttle_id")
            .annotate(last=Max("service_date"))
        )
        if not reached:
            return date.min
        farthest = max(reached.values())
        return min(_reached(one, reached.get(one.pk, date.min), farthest) for one in shuttles)


def _reached(shuttle: DirectShuttle, last: date, farthest: date) -> date:
    """Its last day, or ``farthest`` where its line does not run in between."""
    if last == date.min:
        return last
    calendar = lines.calendar_of([shuttle.line_id])
    between = lines.days(last, farthest)[1:]
    return last if any(calendar.has_day(shuttle.line, day) for day in between) else farthest


def _shuttle(row: Row) -> Values:
    line = row.code("line_id").lower()
    if row.is_good and ("line", line) not in row.folder.names:
        row.bad("line_id", _("there is no line “%s”") % line)
    way = row.choice("direction", _WAYS)
    row.define("direct shuttle", "line_id", f"{line}/{way}")
    first_s, last_s = _seconds(row, "first_departure"), _seconds(row, "last_departure")
    if row.is_good and first_s >= last_s:
        row.bad("last_departure", _("must be later than the first departure"))
    return {
        "line": line,
        "way": way,
        "leaves": _LEAVES.get(row.choice("leaves", _LEAVES), Leaves.WHEN_FULL),
        "window_min": row.whole("window_min", most=MOST_WINDOW_MIN),
        "per_hour": row.whole("per_hour", least=1, most=MOST_PER_HOUR),
        "first_s": first_s,
        "last_s": last_s,
        **provenance(row),
    }


def _seconds(row: Row, column: str) -> int:
    """Seconds after midnight of a time such as 06:30."""
    clock = row.clock(column)
    return clock.hour * 3600 + clock.minute * 60


def _values(row: Values, lines_by_slug: dict[str, int], patterns: dict[Any, int]) -> Values:
    values = {key: value for key, value in row.items() if key not in ("line", "way")}
    return {
        **values,
        "line_id": lines_by_slug[row["line"]],
        "pattern_id": patterns[row["line"], row["way"]],
    }
