"""Copies of the archetypes by set-based SQL: one INSERT for each row that an archetype has left.

What is an archetype's own in a row (its ids, also inside texts and JSON; its codes and tokens; its
entry time; its moments) becomes an expression over ``bench_past``; all else stays as it is.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection

from bench.archetypes import CALENDAR, RANGE, Archetype

FIRST_COPY, STEP = 20_000_000_000, 20
"""The first id of the first copy in every table; ids that each copy has there."""

_PEOPLE = ("accounts_identity_", "accounts_travellers_")
"""A past buyer's account is none of what an order leaves."""

_FRESH = {
    ("bookings_orders_order", "code"): "substr(md5(p.n || 'c'), 1, 10) || lpad(to_hex(p.n), 6, '0')",
    ("bookings_orders_order", "token"): "md5(p.n || 't')",
    ("bookings_orders_order", "contact_index"): "md5(p.n || 'd') || md5(p.n || 'e')",
    ("bookings_payments_attempt", "token"): "md5(p.n || 'a')",
    ("bookings_payments_attempt", "provider_ref"): "md5(p.n || 'r')",
    ("bookings_refunds_refund", "token"): "md5(p.n || 'b')",
    ("bookings_vouchers_pass", "serial"): "md5(p.n || 's')::uuid",
    ("bookings_vouchers_pass", "short_code"): "substr(md5(p.n || 'v'), 1, 5) || lpad(to_hex(p.n), 5, '0')",
    ("tourism_tickets_admission", "document_index"): "md5(p.n || 'i') || md5(p.n || 'j')",
}  # fmt: skip
"""What must be unique and scattered in a copy, as it is in life."""

_MOMENT = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00"


@dataclass(frozen=True, slots=True)
class Row:
    """One row that an archetype has left: column names, types and values as text."""

    table: str
    columns: tuple[tuple[str, str], ...]
    values: tuple[str | None, ...]


def rows_of(archetype: Archetype) -> list[Row]:
    """All that this order has left, in whatever table, the accounts of people aside."""
    tables: dict[str, list[tuple[str, str]]] = {}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT table_name, column_name, data_type FROM information_schema.columns"
            " WHERE table_schema = 'public' AND table_name IN (SELECT table_name"
            " FROM information_schema.columns WHERE column_name = 'id' AND data_type = 'bigint')"
            " ORDER BY table_name, ordinal_position"
        )
        for table, column, kind in cursor.fetchall():
            if not table.startswith(_PEOPLE):
                tables.setdefault(table, []).append((column, kind))
    return [row for table in tables for row in _rows(archetype, table, tables[table])]


def _rows(archetype: Archetype, table: str, columns: Sequence[tuple[str, str]]) -> list[Row]:
    texts = ", ".join(f'"{name}"::text' for name, _kind in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {texts} FROM {table} WHERE id BETWEEN %s AND %s ORDER BY id",  # noqa: S608
            [archetype.ids[0], archetype.ids[-1]],
        )
        found = cursor.fetchall()
    if len(found) > STEP:
        raise ValueError(f"an order leaves {len(found)} rows in {table}: too many for {STEP} ids")
    return [Row(table, tuple(columns), tuple(values)) for values in found]


class Copier:
    """Turns the rows of one archetype into INSERTs over the rows of ``bench_past`` that copy it."""

    def __init__(self, archetype: Archetype) -> None:
        self.archetype = archetype
        self.rows = rows_of(archetype)
        slot = archetype.slot
        self.words = {
            str(slot.pk): "p.slot_id",
            str(slot.day_id): "p.day_id",
            str(slot.bucket_id): "p.bucket_id",
            str(slot.day.bucket_id): "p.day_bucket_id",
            str(slot.day.own_bucket_id): "p.own_bucket_id",
            **self._fresh_words(),
        }
        own = "|".join(re.escape(word) for word in sorted(self.words, key=len, reverse=True))
        first = str(archetype.ids[0])[: -len(str(RANGE - 1))]
        self.tokens = re.compile(rf"({own}|{first}\d\d|{_MOMENT})")

    def statements(self) -> list[tuple[str, str]]:
        """(table, INSERT) for each row."""
        return [(row.table, self._insert(row)) for row in self.rows]

    def _fresh_words(self) -> dict[str, str]:
        words = {}
        for row in self.rows:
            for (name, _kind), value in zip(row.columns, row.values, strict=True):
                if value and (row.table, name) in _FRESH:
                    words[value] = _FRESH[row.table, name]
        return words

    def _insert(self, row: Row) -> str:
        names = ", ".join(f'"{name}"' for name, _kind in row.columns)
        identity = int(row.values[[name for name, _ in row.columns].index("id")] or 0)
        values = ", ".join(
            self._number(identity)
            if (row.table, name) == ("kernel_outbox_event", "number")
            else self._value(kind, value)
            for (name, kind), value in zip(row.columns, row.values, strict=True)
        )
        return (
            f"INSERT INTO {row.table} ({names}) SELECT {values} FROM bench_past AS p"  # noqa: S608
            f" WHERE p.archetype = {self.archetype.number}"
        )

    def _value(self, kind: str, value: str | None) -> str:
        if value is None:
            return "NULL"
        if kind in ("timestamp with time zone", "date"):
            return f"({_quoted(value)}::{kind} + p.{self._shift(kind, value)})::{kind}"
        if kind in ("bigint", "integer") and int(value) >= CALENDAR:
            return self.words.get(value) or self._number(int(value))
        if kind in ("text", "character varying", "jsonb", "uuid"):
            return self._text(kind, value)
        return _quoted(value)

    def _number(self, value: int) -> str:
        """The id of a copy that stands where ``value`` stands among the archetype's."""
        place = value - self.archetype.ids[0]
        if not 0 <= place < STEP:
            raise ValueError(f"{value} is no id of archetype {self.archetype.number}")
        return f"({FIRST_COPY + place} + p.n::bigint * {STEP})"

    def _shift(self, kind: str, value: str) -> str:
        """Moments of the visit move with the entry time, those of buying with the purchase."""
        visit = self.archetype.visit
        is_visit = (
            date.fromisoformat(value) >= visit.date()
            if kind == "date"
            else datetime.fromisoformat(value) >= visit
        )
        return "visit" if is_visit else "bought"

    def _text(self, kind: str, value: str) -> str:
        pieces = [piece for piece in self.tokens.split(value) if piece]
        spoken = [self._piece(piece) for piece in pieces] or ["''"]
        return f"({' || '.join(spoken)})::{kind}"

    def _piece(self, piece: str) -> str:
        if not self.tokens.fullmatch(piece):
            return _quoted(piece)
        if piece in self.words:
            return f"({self.words[piece]})::text"
        if piece.isdecimal():
            return f"{self._number(int(piece))}::text"
        moved = f"({_quoted(piece)}::timestamptz + p.{self._shift('', piece)}) AT TIME ZONE 'UTC'"
        return f'to_char({moved}, \'YYYY-MM-DD"T"HH24:MI:SS"+00:00"\')'


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
