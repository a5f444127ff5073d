"""Statements that the server plans once a connection: those of the rush, asked hundreds of times a second.

Planning the insert of an order costs more than running it. psycopg2 has no server-side parameters,
so this speaks SQL's own PREPARE and EXECUTE.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import count
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from django.db.backends.utils import CursorWrapper


@dataclass(frozen=True, slots=True)
class Prepared:
    """A statement under a name of its own; ``types`` has one SQL type for each ``%s`` of ``sql``."""

    name: str
    types: tuple[str, ...]
    sql: str

    def execute(self, cursor: CursorWrapper, params: Sequence[Any]) -> None:
        """Run it on the cursor's connection, which learns it at the first time."""
        known = cursor.db.prepared
        if self.name not in known:
            # Not through Django's cursor: it is no statement of the work that is being done.
            with cursor.db.wrap_database_errors:
                cursor.cursor.execute(self._prepare)
            known.add(self.name)
        cursor.execute(self._execute, params)

    @property
    def _prepare(self) -> str:
        number = count(1)
        pieces = self.sql.split("%s")
        numbered = pieces[0] + "".join(f"${next(number)}{piece}" for piece in pieces[1:])
        return f"PREPARE {self.name} ({', '.join(self.types)}) AS {numbered}"

    @property
    def _execute(self) -> str:
        return f"EXECUTE {self.name}({', '.join(['%s'] * len(self.types))})"
