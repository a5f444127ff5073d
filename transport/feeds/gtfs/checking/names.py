"""Every name of another row is the name of one."""

from __future__ import annotations

from collections import Counter
from operator import attrgetter

from django.utils.translation import gettext_lazy as _

from transport.feeds.gtfs.feed import LOCATIONS, Feed, tables, values
from transport.feeds.gtfs.findings import Findings
from transport.feeds.gtfs.kinds import RefKind

_UNKNOWN = _("nothing in %(target)s is called “%(value)s”")


def check(findings: Findings) -> None:
    known = _Known(findings.feed)
    for name, table in tables().items():
        for column in table.columns:
            if isinstance(column.kind, RefKind):
                _check_column(findings, name, column.name, column.kind.targets, known)
    _check_places(findings, known)


class _Known(dict[str, set[str]]):
    """The names that "file.column" defines."""

    def __init__(self, feed: Feed) -> None:
        super().__init__()
        self.feed = feed

    def __missing__(self, target: str) -> set[str]:
        table, column = target.split(".")
        self[target] = values(self.feed.rows(table), column)
        return self[target]


def _check_column(
    findings: Findings, table: str, column: str, targets: tuple[str, ...], known: _Known
) -> None:
    if any(target.split(".")[0] in findings.missing for target in targets):
        return
    rows = findings.feed.rows(table)
    unknown = values(rows, column).difference(*(known[target] for target in targets))
    if unknown:
        for index, value in enumerate(map(attrgetter(column), rows)):
            if value in unknown:
                findings.refuse(table, index, column, _UNKNOWN, value=value, target=targets[0])


def _check_places(findings: Findings, known: _Known) -> None:
    """Stops, zones and groups of stops share their names; stop times name zones."""
    try:
        zones = Counter(findings.feed.locations())
    except ValueError:
        message = _("is not a collection of GeoJSON features with ids")
        findings.refuse_file(LOCATIONS, message)
        return
    for name in sorted(name for name, times in zones.items() if times > 1):
        findings.refuse_file(LOCATIONS, _("“%(value)s” is here twice"), value=name)
    _check_shared(findings, set(zones), known["stops.stop_id"])
    for index, row in enumerate(findings.feed.stop_times):
        if row.location_id is not None and row.location_id not in zones:
            facts = {"value": row.location_id, "target": LOCATIONS}
            findings.refuse("stop_times", index, "location_id", _UNKNOWN, **facts)


def _check_shared(findings: Findings, zones: set[str], stops: set[str]) -> None:
    others = {"stops": stops, LOCATIONS: zones}
    for index, group in enumerate(findings.feed.location_groups):
        for target, names in others.items():
            if group.location_group_id in names:
                message = _("“%(value)s” is also a name in %(target)s")
                facts = {"value": group.location_group_id, "target": target}
                findings.refuse("location_groups", index, "location_group_id", message, **facts)
    for name in sorted(zones & stops):
        message = _("“%(value)s” is also a name in %(target)s")
        findings.refuse_file(LOCATIONS, message, value=name, target="stops")
