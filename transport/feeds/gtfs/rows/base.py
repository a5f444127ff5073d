"""What all rows have: columns described by their annotations, and room for columns of others."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any, ClassVar, get_args, get_type_hints

from transport.feeds.gtfs.kinds import Kind


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the reference. ``required``: no cell of it may be empty."""

    name: str
    kind: Kind
    required: bool


# Not frozen: a frozen dataclass takes four times as long to make, and a feed has millions of rows.
@dataclass(slots=True)
class Row:
    """One line of a file. An empty cell is None. ``extra`` has the columns we do not know."""

    KEY: ClassVar[tuple[str, ...]] = ()

    extra: dict[str, str] | None = field(default=None, kw_only=True)


@dataclass(frozen=True, slots=True)
class Table:
    """A file of the reference. ``key``: the columns that tell its rows apart."""

    name: str
    row: type[Row]
    columns: tuple[Column, ...]
    key: tuple[str, ...]

    @property
    def file(self) -> str:
        return f"{self.name}.txt"


def table_of(name: str, row_type: type[Row]) -> Table:
    """The table of a kind of row. Where the reference names no key, it is all columns."""
    columns = _columns(row_type)
    return Table(name, row_type, columns, row_type.KEY or tuple(each.name for each in columns))


def _columns(row_type: type[Row]) -> tuple[Column, ...]:
    hints = get_type_hints(row_type, include_extras=True)
    names = [each.name for each in fields(row_type) if each.name != "extra"]
    return tuple(_column(name, hints[name]) for name in names)


def _column(name: str, hint: Any) -> Column:
    required = not hasattr(hint, "__args__") or type(None) not in get_args(hint)
    annotated = next(part for part in (hint, *get_args(hint)) if hasattr(part, "__metadata__"))
    return Column(name, annotated.__metadata__[0], required)
