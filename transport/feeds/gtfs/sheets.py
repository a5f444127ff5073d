"""A table's text into typed rows, a column at a time: each distinct cell is understood once.

A hundred thousand stop times have a few thousand distinct times, trips and stops. Understanding
each of them once, and using the same object again, is what makes reading fast and small.
"""

from __future__ import annotations

import csv
from array import array
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, TextIO

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from transport.feeds.gtfs.faults import Fault, Report
from transport.feeds.gtfs.kinds import Kind, TextKind, Unreadable
from transport.feeds.gtfs.rows.base import Column, Row, Table

_CHUNK = 20_000
_MOST_REMEMBERED = 200_000
# What keeps a small zip from becoming a large list: rows and headers of nothing but commas.
_MOST_COLUMNS = 200
_MOST_CHARACTERS = 1_000_000

Cells = list[str]


class TooManyRows(Exception):
    """The feed has more rows than it may."""


class _RowTooLong(Exception):
    """A row has more characters than it may."""


@dataclass(slots=True)
class Budget:
    """How many rows the whole feed may still have."""

    rows: int

    def spend(self, rows: int) -> None:
        self.rows -= rows
        if self.rows < 0:
            raise TooManyRows


@dataclass(slots=True)
class Sheet:
    """What was read of a table: rows, the line of each, which cells (row, column) could not be
    understood and are None, and whether the rows are all there (``whole``)."""

    rows: list[Any] = field(default_factory=list)
    lines: array[int] = field(default_factory=lambda: array("I"))
    bad: set[tuple[int, str]] = field(default_factory=set)
    whole: bool = True


def read(text: TextIO, table: Table, budget: Budget, report: Report) -> Sheet:
    """The rows of a table; what is wrong with it goes into the report.

    :raises UnicodeDecodeError, TooManyRows: and what reading the zip raises
    """
    return _Reading(table, budget, report).all(text)


class _Lines:
    """The lines of a text, as long as the row that they belong to is not too long."""

    def __init__(self, text: TextIO) -> None:
        self.text = text
        self.left = _MOST_CHARACTERS

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        line = self.text.readline(self.left + 1)
        if not line:
            raise StopIteration
        self.left -= len(line)
        if self.left < 0:
            raise _RowTooLong
        return line

    def begin_row(self) -> None:
        self.left = _MOST_CHARACTERS


class _Words(dict[str, Any]):
    """What the distinct cells of one column mean; which of them hold no value or an odd one."""

    def __init__(self, kind: Kind, required: bool) -> None:
        super().__init__()
        self.kind = kind
        self.required = required
        self.bad: dict[str, Unreadable] = {}
        self.odd: dict[str, str | Promise] = {}

    def __missing__(self, cell: str) -> Any:
        value = self[cell] = self._understood(cell)
        return value

    def _understood(self, cell: str) -> Any:
        text = cell.strip()
        if not text:
            if self.required:
                self.bad[cell] = Unreadable(_("is empty"))
            return None
        try:
            value = self.kind.read(text)
        except Unreadable as no:
            self.bad[cell] = no
            return None
        oddity = self.kind.doubt(value)
        if oddity:
            self.odd[cell] = oddity
        return value


class _Reading:
    """One table while it is read."""

    def __init__(self, table: Table, budget: Budget, report: Report) -> None:
        self.table = table
        self.columns = {column.name: column for column in table.columns}
        self.budget = budget
        self.report = report
        self.sheet = Sheet()

    def all(self, text: TextIO) -> Sheet:
        lines = _Lines(text)
        reader = csv.reader(lines, strict=True)
        chunk: list[Cells] = []
        line = 1
        try:
            first = next(reader, None)
            if first is None:
                self._note(0, "", _("is empty"))
                return self.sheet
            header = [name.strip() for name in first]
            if not self._header_holds(header):
                self.sheet.whole = False
                return self.sheet
            words = self._words(header)
            line = reader.line_num + 1
            lines.begin_row()
            for cells in reader:
                lines.begin_row()
                self._take(cells, line, len(header), chunk)
                line = reader.line_num + 1
                if len(chunk) == _CHUNK:
                    self._understand(header, words, chunk)
                    chunk.clear()
            self._understand(header, words, chunk)
        except csv.Error as error:
            self._refuse(line, "", _("is not CSV: %(error)s"), error=str(error))
        except _RowTooLong:
            self._refuse(line, "", _("is longer than %(most)s characters"), most=_MOST_CHARACTERS)
        return self.sheet

    def _take(self, cells: Cells, line: int, width: int, chunk: list[Cells]) -> None:
        if not any(cells):
            return
        if len(cells) == width:
            chunk.append(cells)
            self.sheet.lines.append(line)
        else:
            message = _("has %(found)s cells, the header has %(wanted)s")
            self._refuse(line, "", message, found=len(cells), wanted=width)

    def _header_holds(self, header: list[str]) -> bool:
        if len(header) > _MOST_COLUMNS:
            self._refuse(1, "", _("has more than %(most)s columns"), most=_MOST_COLUMNS)
            return False
        missing = [c.name for c in self.table.columns if c.required and c.name not in header]
        for name in missing:
            self._refuse(1, name, _("this column is missing"))
        doubles = {name for name, times in Counter(header).items() if times > 1}
        for name in sorted(doubles):
            self._refuse(1, name, _("this column is here twice"))
        is_named = bool(header) and all(map(_is_name, header))
        if not is_named:
            self._refuse(1, "", _("a column has no name"))
        for name in header:
            if name and name not in self.columns:
                self._note(1, name, _("this column is not known; it is kept as it is"))
        return is_named and not missing and not doubles

    def _words(self, header: list[str]) -> dict[str, _Words]:
        return {name: _words_of(self.columns.get(name)) for name in header}

    def _understand(self, header: list[str], words: dict[str, _Words], chunk: list[Cells]) -> None:
        if not chunk:
            return
        self.budget.spend(len(chunk))
        start = len(self.sheet.rows)
        raw = dict(zip(header, zip(*chunk, strict=True), strict=True))
        understood = {name: list(map(words[name].__getitem__, raw[name])) for name in header}
        blank = [None] * len(chunk)
        known = [understood.get(name, blank) for name in self.columns]
        rows = list(map(self.table.row, *known))
        self._add_unknown(rows, understood)
        self.sheet.rows.extend(rows)
        for name, meanings in words.items():
            self._tell(name, meanings, raw[name], start)

    def _add_unknown(self, rows: list[Row], understood: dict[str, list[Any]]) -> None:
        unknown = sorted(set(understood) - set(self.columns))
        if not unknown:
            return
        for row, cells in zip(
            rows, zip(*(understood[n] for n in unknown), strict=True), strict=True
        ):
            row.extra = {n: c for n, c in zip(unknown, cells, strict=True) if c} or None

    def _tell(self, name: str, words: _Words, raw: tuple[str, ...], start: int) -> None:
        for index, cell in _among(words.bad, raw):
            no = words.bad[cell]
            self.sheet.bad.add((start + index, name))
            self._refuse(self.sheet.lines[start + index], name, no.message, **no.facts)
        for index, cell in _among(words.odd, raw):
            self._note(self.sheet.lines[start + index], name, words.odd[cell])
        if len(words) > _MOST_REMEMBERED:
            words.clear()

    def _refuse(self, line: int, column: str, message: str | Promise, **facts: Any) -> None:
        self.report.refuse(Fault(self.table.file, line, column, message, facts))
        if not column:
            self.sheet.whole = False

    def _note(self, line: int, column: str, message: str | Promise) -> None:
        self.report.note(Fault(self.table.file, line, column, message, {}))


def _is_name(name: str) -> bool:
    """Whether a column can be called so: a control character is none of a name."""
    return name != "" and "\x00" not in name


def _words_of(column: Column | None) -> _Words:
    return _Words(column.kind, column.required) if column else _Words(TextKind(), required=False)


def _among(known: dict[str, Any], raw: tuple[str, ...]) -> Iterator[tuple[int, str]]:
    return ((i, cell) for i, cell in enumerate(raw) if cell in known) if known else iter(())
