"""No two rows of a table have the same key; a row that says the same twice is only odd."""

from __future__ import annotations

from operator import attrgetter

from django.utils.translation import gettext_lazy as _

from transport.feeds.gtfs.feed import tables
from transport.feeds.gtfs.findings import Findings


def check(findings: Findings) -> None:
    for name, table in tables().items():
        _check_table(findings, name, table.key)


def _check_table(findings: Findings, table: str, columns: tuple[str, ...]) -> None:
    rows = findings.feed.rows(table)
    keys = list(map(attrgetter(*columns), rows))
    if len(set(keys)) == len(keys):
        return
    # Without a key of its own a table's rows are wholly the same: nothing is unclear.
    tell = findings.refuse if tables()[table].row.KEY else findings.note
    first: dict[object, int] = {}
    for index, found in enumerate(keys):
        place = first.setdefault(found, index)
        if place != index and not _is_unknown(findings, table, index, columns):
            line = findings.line(table, place)
            message = _("is the same as line %(line)s")
            tell(table, index, ", ".join(columns), message, line=line)


def _is_unknown(findings: Findings, table: str, index: int, columns: tuple[str, ...]) -> bool:
    bad = findings.bad.get(table, set())
    return any((index, column) in bad for column in columns)
