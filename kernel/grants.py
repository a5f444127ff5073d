"""What the role that serves people may do: everything with rows, but the books are only added to.

The role that migrates owns the tables. The site's processes connect as another one (README,
docs/adr/0011), so that no code of theirs, and no statement slipped into it, can change or empty what
is append-only, or switch its triggers off.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import connection
from psycopg2 import sql  # type: ignore[import-untyped]

APPEND_ONLY = ("bookings_ledger_entry", "bookings_ledger_posting", "bookings_vouchers_step")

_GIVE = (
    "GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {role}",
    "GRANT USAGE, SELECT ON ALL SEQUENCES IN SCHEMA public TO {role}",
)
_TAKE = "REVOKE UPDATE, DELETE ON {tables} FROM {role}"


def grant(**_signal: Any) -> None:
    """After every migrate: give the site's role its rights, where the database server has the role."""
    role = sql.Identifier(settings.QUANYU_SITE_ROLE)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT 1 FROM pg_roles WHERE rolname = %s AND rolname <> current_user",
            [settings.QUANYU_SITE_ROLE],
        )
        if cursor.fetchone() is None:
            return
        cursor.execute(
            "SELECT relname FROM pg_class WHERE relname = ANY(%s) AND relkind = 'r'",
            [list(APPEND_ONLY)],
        )
        books = sql.SQL(", ").join(sql.Identifier(name) for (name,) in cursor.fetchall())
        for statement in (*_GIVE, *([_TAKE] if books.seq else [])):
            cursor.execute(sql.SQL(statement).format(role=role, tables=books))
