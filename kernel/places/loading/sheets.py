"""Tables of a region's folder, read cell by cell: every bad cell is noted, none stops the reading.

A parser asks a ``Row`` for typed cells. A cell that does not hold is noted as a ``Problem`` and
read as a harmless value of its type, so that the rest of the row is looked at too; a row with a
problem never reaches the tables.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, time
from decimal import Decimal
from typing import TYPE_CHECKING, TypeVar

from django.utils.translation import gettext as _

from kernel.money import parse_yuan

if TYPE_CHECKING:
    from kernel.places.loading.folders import Folder

Parsed = TypeVar("Parsed")

_SLUG = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*", re.ASCII)
_CODE = re.compile(r"[A-Za-z0-9]+(?:[-_][A-Za-z0-9]+)*", re.ASCII)
_WHOLE = re.compile(r"-?[0-9]{1,15}", re.ASCII)
_DECIMAL = re.compile(r"-?[0-9]{1,12}(?:\.[0-9]{1,10})?", re.ASCII)
_CLOCK = re.compile(r"([01][0-9]|2[0-3]):([0-5][0-9])", re.ASCII)
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
MAX_BYTES = 20_000_000


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong with a folder: where (line 0: the file as a whole), and why in words."""

    file: str
    line: int
    column: str
    reason: str

    def __str__(self) -> str:
        where = _("%(file)s, line %(line)s") if self.line else "%(file)s"
        where = where % {"file": self.file, "line": self.line}
        if self.column:
            where = _("%(where)s, column %(column)s") % {"where": where, "column": self.column}
        return f"{where}: {self.reason}"


@dataclass(slots=True)
class Row:
    """One line of a table. Cells are stripped; an absent optional column reads as empty."""

    folder: Folder
    file: str
    line: int
    cells: dict[str, str]
    is_good: bool = field(default=True, init=False)

    def bad(self, column: str, reason: str) -> None:
        """Note that a cell does not hold."""
        self.is_good = False
        self.folder.note(file=self.file, line=self.line, column=column, reason=reason)

    def is_blank(self, column: str) -> bool:
        return not self.cells.get(column, "")

    def text(self, column: str, *, most: int = 200, blank: bool = False) -> str:
        """Text of at most ``most`` characters without control characters."""
        value = self.cells.get(column, "")
        if not value and not blank:
            self.bad(column, _("is empty"))
        elif len(value) > most:
            self.bad(column, _("is longer than %(most)s characters") % {"most": most})
        elif _CONTROL.search(value):
            self.bad(column, _("has control characters in it"))
        else:
            return value
        return ""

    def slug(self, column: str, *, blank: bool = False) -> str:
        """A name for addresses: lower-case letters, digits and hyphens, at most 60."""
        return self._shaped(column, _SLUG, _("must be lower-case letters, digits and -"), blank)

    def code(self, column: str, *, blank: bool = False) -> str:
        """A short code: letters, digits, - and _, at most 60."""
        return self._shaped(column, _CODE, _("must be letters, digits, - and _"), blank)

    def whole(self, column: str, *, least: int = 0, most: int = 1_000_000_000) -> int:
        """A whole number between ``least`` and ``most``."""
        value = self._shaped(column, _WHOLE, _("must be a whole number"))
        return self._within(column, int(value), least, most) if value else least

    def decimal(self, column: str, *, least: int, most: int) -> Decimal:
        """A decimal number between ``least`` and ``most``."""
        value = self._shaped(column, _DECIMAL, _("must be a number"))
        return self._within(column, Decimal(value), least, most) if value else Decimal(least)

    def fen(self, column: str, *, most_yuan: int = 100_000) -> int:
        """A price written in yuan ("190", "19.5"), as fen."""
        value = self.cells.get(column, "")
        try:
            fen = parse_yuan(value)
        except ValueError:
            self.bad(column, _("“%(value)s” is not a price in yuan") % {"value": value[:40]})
            return 0
        return self._within(column, fen, 0, most_yuan * 100, shown=most_yuan)

    def day(self, column: str) -> date:
        """A calendar day written 2026-10-01."""
        value = self.cells.get(column, "")
        try:
            return date.fromisoformat(value if len(value) == 10 else "")
        except ValueError:
            self.bad(column, _("“%(value)s” is not a day like 2026-10-01") % {"value": value[:40]})
            return date.min

    def clock(self, column: str) -> time:
        """A time of day written 06:30."""
        return self.read_clock(column, self.cells.get(column, ""))

    def read_clock(self, column: str, value: str) -> time:
        """A time of day that is part of a cell."""
        found = _CLOCK.fullmatch(value)
        if not found:
            self.bad(column, _("“%(value)s” is not a time like 06:30") % {"value": value[:40]})
            return time.min
        return time(int(found[1]), int(found[2]))

    def choice(self, column: str, choices: Collection[str], *, blank: bool = False) -> str:
        """One of a few words."""
        value = self.cells.get(column, "")
        if value in choices or (blank and not value):
            return value
        allowed = ", ".join(sorted(choices))
        self.bad(
            column,
            _("“%(value)s” is not one of: %(allowed)s") % {"value": value[:40], "allowed": allowed},
        )
        return ""

    def flag(self, column: str) -> bool:
        """1 for yes, 0 for no."""
        return self.choice(column, ("0", "1")) == "1"

    def define(self, kind: str, column: str, value: str) -> str:
        """Make ``value`` known as a ``kind`` of thing; twice in a folder is a problem."""
        first = self.folder.names.setdefault((kind, value), f"{self.file}:{self.line}")
        if value and first != f"{self.file}:{self.line}":
            self.bad(
                column,
                _("“%(value)s” is here already: %(first)s") % {"value": value, "first": first},
            )
        return value

    def ref(self, column: str, kind: str, *, blank: bool = False) -> str:
        """The name of a thing of ``kind`` that this folder defines."""
        value = self.cells.get(column, "")
        if (blank and not value) or (kind, value) in self.folder.names:
            return value
        self.bad(column, _("nothing here is called “%(value)s”") % {"value": value[:60]})
        return ""

    def _shaped(self, column: str, shape: re.Pattern[str], reason: str, blank: bool = False) -> str:
        value = self.cells.get(column, "")
        if (blank and not value) or (len(value) <= 60 and shape.fullmatch(value)):
            return value
        self.bad(column, _("“%(value)s” %(reason)s") % {"value": value[:60], "reason": reason})
        return ""

    def _within(self, column: str, value: Number, least: int, most: int, shown: int = 0) -> Number:
        if least <= value <= most:
            return value
        self.bad(
            column,
            _("%(value)s is not between %(least)s and %(most)s")
            % {"value": self.cells[column], "least": least, "most": shown or most},
        )
        return type(value)(least)


Number = TypeVar("Number", int, Decimal)


def read(
    folder: Folder,
    file: str,
    parse: Callable[[Row], Parsed],
    *,
    columns: Sequence[str],
    optional: Sequence[str] = (),
) -> list[Parsed]:
    """What ``parse`` makes of the good rows of a file; the bad ones are noted in the folder.

    ``columns`` must be in the header, ``optional`` ones may; any other is a problem (a slip of the
    pen in a header would otherwise read as empty cells).
    """
    parsed = []
    for row in _rows(folder, file, columns, optional):
        result = parse(row)
        if row.is_good:
            parsed.append(result)
    return parsed


def _rows(
    folder: Folder, file: str, columns: Sequence[str], optional: Sequence[str]
) -> Iterator[Row]:
    text = read_text(folder, file)
    if text is None:
        return
    reader = csv.reader(io.StringIO(text, newline=""), strict=True)
    line = 1
    header: list[str] | None = None
    try:
        for cells in reader:
            stripped = [cell.strip() for cell in cells]
            if header is None:
                header = stripped
                if not _header_holds(folder, file, header, columns, optional):
                    return
            elif any(stripped):
                yield from _row(folder, file, line, header, stripped)
            line = reader.line_num + 1
    except csv.Error as error:
        folder.note(file=file, line=line, column="", reason=_("is not CSV: %s") % error)
    if header is None:
        folder.note(file=file, line=0, column="", reason=_("is empty"))


def _row(
    folder: Folder, file: str, line: int, header: list[str], cells: list[str]
) -> Iterator[Row]:
    if len(cells) == len(header):
        yield Row(folder, file, line, dict(zip(header, cells, strict=True)))
        return
    reason = _("has %(found)s cells, the header has %(wanted)s")
    folder.note(
        file=file,
        line=line,
        column="",
        reason=reason % {"found": len(cells), "wanted": len(header)},
    )


def _header_holds(
    folder: Folder,
    file: str,
    header: list[str],
    columns: Sequence[str],
    optional: Sequence[str],
) -> bool:
    reasons = {column: _("this column is missing") for column in columns if column not in header}
    for column in header:
        if header.count(column) > 1:
            reasons[column] = _("this column is here twice")
        elif column not in columns and column not in optional:
            reasons[column] = _("this column is not known")
    for column, reason in reasons.items():
        folder.note(file=file, line=1, column=column, reason=reason)
    return not reasons


def read_text(folder: Folder, file: str) -> str | None:
    """A file's text (UTF-8, a byte order mark is allowed), or None with a problem noted."""
    try:
        raw = (folder.path / file).read_bytes()
    except OSError:
        folder.note(file=file, line=0, column="", reason=_("cannot be read"))
        return None
    if len(raw) > MAX_BYTES:
        folder.note(file=file, line=0, column="", reason=_("is too big"))
        return None
    try:
        return raw.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        folder.note(file=file, line=line, column="", reason=_("is not UTF-8 text"))
        return None
