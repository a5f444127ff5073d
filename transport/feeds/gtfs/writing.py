"""A feed into a zip: the same rows make the same bytes, in whatever order they are."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Iterable
from operator import attrgetter
from typing import BinaryIO

from transport.feeds.gtfs.feed import REQUIRED, Feed, tables
from transport.feeds.gtfs.rows.base import Column, Row, Table

# The first moment that a zip can name: a feed does not change by being written later.
_MOMENT = (1980, 1, 1, 0, 0, 0)
_PLAIN_FILE = 0o100644 << 16


def write(feed: Feed, target: BinaryIO) -> None:
    """Write the zip. Tables without rows are left out, as are columns without a value, unless
    the reference requires them."""
    with zipfile.ZipFile(target, "w") as archive:
        for name, table in tables().items():
            if feed.rows(name) or name in REQUIRED:
                _put(archive, table.file, text_of(feed.sorted(name), table))
        for name in sorted(feed.others):
            _put(archive, name, feed.others[name])


def _put(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    info = zipfile.ZipInfo(name, _MOMENT)
    info.create_system = 3
    info.external_attr = _PLAIN_FILE
    info.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(info, content)


def text_of(rows: list[Row], table: Table) -> bytes:
    """The rows as CSV, with the columns that are required or have a value somewhere."""
    known = [column for column in table.columns if column.required or _is_used(rows, column)]
    unknown = sorted({name for row in rows for name in row.extra or ()})
    cells = [_column(rows, column) for column in known]
    cells += [[(row.extra or {}).get(name, "") for row in rows] for name in unknown]
    text = io.StringIO()
    # \r\n, so that the writer quotes a cell with either of the two in it.
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([*(column.name for column in known), *unknown])
    writer.writerows(zip(*cells, strict=True))
    return text.getvalue().encode()


def _is_used(rows: Iterable[Row], column: Column) -> bool:
    return any(value is not None for value in map(attrgetter(column.name), rows))


def _column(rows: Iterable[Row], column: Column) -> list[str]:
    write_cell = column.kind.write
    values = map(attrgetter(column.name), rows)
    return ["" if value is None else write_cell(value) for value in values]
