"""Lists of names that schools and agencies send: .xlsx and .csv, read without trusting them.

Pure: bytes in, rows of text out. A file is small, has few rows and says nothing but text: no formulas, no
entities, no zip bombs. What cannot be read as a whole is refused; what is wrong with a row is said of it.
"""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice
from numbers import Real

from django.utils.translation import gettext_lazy as _

from kernel.errors import Refusal

MOST_BYTES, MOST_ROWS, MOST_CELL = 2_000_000, 1_000, 200
_MOST_UNPACKED, _MOST_ENTRIES, _MOST_COLUMNS = 20_000_000, 200, 20
_MOST_TAGS_OF_CELLS, _MOST_OTHER_TAGS = 300_000, 30_000
"""A thousand rows of twenty columns have half as many; a parser takes seconds for a million."""
_CELLS = ("xl/worksheets/", "xl/sharedStrings.xml")
_HEADER_WITHIN = 5
_EXACT_DIGITS = 15
_ENCODINGS = ("utf-8-sig", "gb18030")
_FORMULAS = ("=", "+", "-", "@")
_TEXT_MARK = "'"
"""Typed before a number so that a program keeps it as text; in a .csv it is left standing."""
COLUMNS: Mapping[str, Sequence[str]] = {
    "name": ("姓名", "name"),
    "kind": ("证件类型", "document type"),
    "number": ("证件号码", "document number"),
    "birth_date": ("出生日期", "date of birth"),
    "class_code": ("票种", "class"),
}
"""What each column may be called; the first two rows of a template show them."""

_NEEDED = ("name", "number")


def named(language: str) -> dict[str, str]:
    """What each column is called for a reader of a language."""
    place = 0 if language.startswith("zh") else 1
    return {column: words[place] for column, words in COLUMNS.items()}


class SheetTooLarge(Refusal):
    message = _("The file is too large. Please send at most %(most)s MB.")


class TooManyRows(Refusal):
    message = _("The list has more than %(most)s rows. Please send it in parts.")


class NotASheet(Refusal):
    message = _("This is no list that can be read. Please send the template, as .xlsx or .csv.")


class ColumnsMissing(Refusal):
    message = _("A row at the top must name the columns. These are missing: %(missing)s.")


class NoRows(Refusal):
    message = _("There is nobody in the list.")


@dataclass(frozen=True, slots=True)
class SheetRow:
    """One row as it stands: its number in the file and its text by column; ``wrong`` is what is no text."""

    number: int
    cells: Mapping[str, str]
    wrong: Mapping[str, str]


def read(data: bytes) -> list[SheetRow]:
    """The rows below the header, without empty ones. A title may stand above the header.

    :raises SheetTooLarge: :raises TooManyRows: :raises NotASheet: :raises ColumnsMissing: :raises NoRows: as
        their words say.
    """
    if len(data) > MOST_BYTES:
        raise SheetTooLarge(field="sheet", most=MOST_BYTES // 1_000_000)
    table = _workbook(data) if data[:2] == b"PK" else _text(data)
    lines = list(islice(table, MOST_ROWS + _HEADER_WITHIN + 1))
    above, places = _header(lines)
    rows = lines[above:]
    if len(rows) > MOST_ROWS:
        raise TooManyRows(field="sheet", most=MOST_ROWS)
    found = [_row(n, values, places) for n, values in enumerate(rows, above + 1) if any(values)]
    if not found:
        raise NoRows(field="sheet")
    return found


def _header(lines: Sequence[Sequence[object]]) -> tuple[int, dict[str, int]]:
    """How many rows the people stand below, and which column is where.

    :raises ColumnsMissing: no row at the top names those that are needed.
    """
    found = [_places(line) for line in lines[:_HEADER_WITHIN]] or [{}]
    for above, places in enumerate(found, start=1):
        if all(column in places for column in _NEEDED):
            return above, places
    nearest = max(found, key=len)
    missing = [" / ".join(COLUMNS[column]) for column in _NEEDED if column not in nearest]
    raise ColumnsMissing(field="sheet", missing=", ".join(missing))


def _places(line: Sequence[object]) -> dict[str, int]:
    names = [str(cell or "").strip().lower() for cell in line]
    return {
        column: names.index(word)
        for column, words in COLUMNS.items()
        for word in words
        if word in names
    }


def _row(number: int, values: Sequence[object], places: Mapping[str, int]) -> SheetRow:
    cells, wrong = {}, {}
    for column, place in places.items():
        value = values[place] if place < len(values) else None
        text = _as_text(value)
        reason = _why_not(value, text)
        cells[column] = "" if reason else text
        if reason:
            wrong[column] = reason
    return SheetRow(number, cells, wrong)


def _as_text(value: object) -> str:
    if isinstance(value, datetime | date):
        return f"{value:%Y-%m-%d}"
    if isinstance(value, Real):
        return str(value).removesuffix(".0")
    return "" if value is None else str(value).strip().removeprefix(_TEXT_MARK).strip()


def _why_not(value: object, text: str) -> str:
    """What is wrong with a cell before anybody looks at its meaning; nothing where it is fine."""
    if text.startswith(_FORMULAS):
        return str(_("A formula is no text. Please write the value."))
    if len(text) > MOST_CELL:
        return str(_("This is too long."))
    if isinstance(value, Real) and len(text) > _EXACT_DIGITS:
        return str(_("The program has rounded this number. Please format the column as text."))
    return ""


def _text(data: bytes) -> Iterator[Sequence[str]]:
    """The rows of a .csv, in UTF-8 or GB 18030. :raises NotASheet: neither, or no rows of text."""
    for encoding in _ENCODINGS:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" in text:
            break
        delimiter = max(",;\t", key=text.partition("\n")[0].count)
        try:
            yield from csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
        except csv.Error:
            raise NotASheet(field="sheet") from None
        return
    raise NotASheet(field="sheet")


def _workbook(data: bytes) -> Iterator[Sequence[object]]:
    """The rows of the first sheet. :raises NotASheet: it is none, or more than a list of text."""
    from openpyxl import load_workbook  # loads numpy: nothing for every process of the site

    try:
        _refuse_traps(data)
        book = load_workbook(io.BytesIO(data), read_only=True, keep_links=False)
        rows: Iterable[Sequence[object]] = book.worksheets[0].iter_rows(
            max_col=_MOST_COLUMNS, values_only=True
        )
        yield from rows
    except Refusal:
        raise
    except Exception:  # noqa: BLE001 - whatever a stranger's file makes a parser raise
        raise NotASheet(field="sheet") from None


def _refuse_traps(data: bytes) -> None:
    """Nothing is unpacked before its size is known; no document type is read, and no million of elements.

    :raises SheetTooLarge: :raises TooManyRows: :raises NotASheet: as their words say.
    """
    tags = {True: 0, False: 0}
    with zipfile.ZipFile(io.BytesIO(data)) as packed:
        entries = packed.infolist()
        unpacked = sum(entry.file_size for entry in entries)
        if len(entries) > _MOST_ENTRIES or unpacked > _MOST_UNPACKED:
            raise SheetTooLarge(field="sheet", most=MOST_BYTES // 1_000_000)
        for entry in entries:
            with packed.open(entry) as part:
                content = part.read(_MOST_UNPACKED)
            if b"<!DOCTYPE" in content.upper():
                raise NotASheet(field="sheet")
            tags[entry.filename.startswith(_CELLS)] += content.count(b"<")
    if tags[False] > _MOST_OTHER_TAGS:
        raise SheetTooLarge(field="sheet", most=MOST_BYTES // 1_000_000)
    if tags[True] > _MOST_TAGS_OF_CELLS:
        raise TooManyRows(field="sheet", most=MOST_ROWS)
