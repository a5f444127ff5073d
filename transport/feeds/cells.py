"""A feed's rows as ``{column: cell}``, which JSON columns keep, and back. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from transport.feeds.gtfs.feed import tables
from transport.feeds.gtfs.rows.base import Row
from transport.feeds.gtfs.rows.service import StopTime

Cells = dict[str, Any]

RELATIVE = ("arrival_time", "departure_time")
"""The times of a pattern's stops are numbers: seconds after the departure from the first stop."""


def pack(row: Row, table: str) -> Cells:
    """The cells of a row that hold something, columns that the reference does not have among them."""
    cells: Cells = dict(row.extra or {})
    for column in tables()[table].columns:
        value = getattr(row, column.name)
        if value is not None:
            cells[column.name] = column.kind.write(value)
    return cells


def unpack(cells: Mapping[str, Any], table: str) -> Any:
    """The row of these cells."""
    rest = dict(cells)
    values: dict[str, Any] = {}
    for column in tables()[table].columns:
        cell = rest.pop(column.name, None)
        values[column.name] = None if cell is None else column.kind.read(cell)
    return tables()[table].row(**values, extra=rest or None)


def unpack_all(rows: Iterable[Mapping[str, Any]], table: str) -> list[Any]:
    """The rows of these cells, one by one."""
    return [unpack(cells, table) for cells in rows]


def pack_stops(along: Iterable[StopTime], base_s: int) -> list[Cells]:
    """A trip's stop times, relative to its departure from the first stop, for all that run alike."""
    return [_relative(row, base_s) for row in along]


def unpack_stops(stops: Iterable[Mapping[str, Any]]) -> list[StopTime]:
    """Stop times of no trip yet, their times still relative."""
    return [_absolute(cells) for cells in stops]


def _relative(row: StopTime, base_s: int) -> Cells:
    cells = pack(row, "stop_times")
    del cells["trip_id"]
    for name in RELATIVE:
        value = getattr(row, name)
        if value is not None:
            cells[name] = value - base_s
    return cells


def _absolute(cells: Mapping[str, Any]) -> StopTime:
    rest = {name: cell for name, cell in cells.items() if name not in RELATIVE}
    row: StopTime = unpack({**rest, "trip_id": ""}, "stop_times")
    for name in RELATIVE:
        setattr(row, name, cells.get(name))
    return row
