"""What the checks work on: a feed, where its rows came from, and the report they add to."""

from __future__ import annotations

from array import array
from dataclasses import dataclass, field
from typing import Any

from django.utils.functional import Promise

from transport.feeds.gtfs.faults import Fault, Report
from transport.feeds.gtfs.feed import Feed, tables


@dataclass(slots=True)
class Findings:
    """A feed being checked.

    ``lines`` has the line of each row by table; a feed that was not read from a file counts its
    rows from line 2. ``missing``: tables of which something could not be read, so that a name
    that is not found in them says nothing.
    """

    feed: Feed
    report: Report
    lines: dict[str, array[int]] = field(default_factory=dict)
    bad: dict[str, set[tuple[int, str]]] = field(default_factory=dict)
    missing: set[str] = field(default_factory=set)

    def refuse(
        self, table: str, index: int, column: str, message: str | Promise, **facts: Any
    ) -> None:
        """A fault of the row at ``index`` of a table."""
        if (index, column) not in self.bad.get(table, ()):
            self.report.refuse(self._fault(table, index, column, message, facts))

    def note(
        self, table: str, index: int, column: str, message: str | Promise, **facts: Any
    ) -> None:
        """Something odd about the row at ``index`` of a table."""
        self.report.note(self._fault(table, index, column, message, facts))

    def refuse_file(self, file: str, message: str | Promise, **facts: Any) -> None:
        """A fault of a file as a whole."""
        self.report.refuse(Fault(file, 0, "", message, facts))

    def note_file(self, file: str, message: str | Promise, **facts: Any) -> None:
        """Something odd about a file as a whole."""
        self.report.note(Fault(file, 0, "", message, facts))

    def line(self, table: str, index: int) -> int:
        known = self.lines.get(table)
        return known[index] if known else index + 2

    def _fault(
        self, table: str, index: int, column: str, message: str | Promise, facts: dict[str, Any]
    ) -> Fault:
        return Fault(tables()[table].file, self.line(table, index), column, message, facts)
