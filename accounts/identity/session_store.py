"""Sessions in the database that know their sign-in: every request of a person asks for both.

One plain statement reads the session, the sign-in and the person, of all requests that ask at the
same moment. Losing any cache loses nothing.
"""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from django.contrib.sessions.backends import db
from django.db import connection
from django.db.models import Model

from accounts.identity.models import Session, SignIn, User
from kernel import clock
from kernel.grouping import GroupedRead
from kernel.postgres.prepared import Prepared

_KEY = re.compile(r"[0-9a-z]{32}")
"""As Django makes them. What a stranger writes instead must not spoil the statement of many."""


class SessionStore(db.SessionStore):
    """Django's own, over our table; ``sign_in`` comes with the session."""

    @classmethod
    def get_model_class(cls) -> type[Session]:
        return Session

    @property
    def sign_in(self) -> SignIn | None:
        """The sign-in with its person, as it was when the session was read."""
        return getattr(self, "_sign_in", None) if "sign_in" in self else None

    def _validate_session_key(self, key: str | None) -> bool:
        return key is not None and _KEY.fullmatch(key) is not None

    def create_model_instance(self, data: dict[str, Any]) -> Session:
        session = super().create_model_instance(data)
        assert isinstance(session, Session)
        session.sign_in_id = data.get("sign_in")
        return session

    def encode(self, session_dict: dict[str, Any]) -> str:
        """Plain JSON: whoever can write the table needs no signature to forge."""
        return json.dumps(session_dict)

    def decode(self, session_data: str | bytes) -> dict[str, Any]:
        """What ``encode`` made; a session in any other shape is an empty one."""
        try:
            return dict(json.loads(session_data))
        except (ValueError, TypeError):
            return {}

    def get_expiry_date(self, **known: Any) -> datetime:
        """By the clock of the site, as ``load`` looks at it: not by the machine's where that is another."""
        date: datetime = super().get_expiry_date(**{"modification": clock.now(), **known})
        return date

    def load(self) -> dict[str, Any]:
        """What the session holds; nothing, under a new key, where there is no such session."""
        row = _rows.get(str(self.session_key))
        if row is None:
            self._session_key = None
            return {}
        _key, data, *known = row
        sign_in = _thaw(SignIn, known[: len(_names(SignIn))])
        if sign_in.pk is not None:
            sign_in.user = _thaw(User, known[len(_names(SignIn)) :])
            self._sign_in = sign_in
        return self.decode(data)


def _read(keys: Collection[str]) -> dict[str, tuple[Any, ...]]:
    with connection.cursor() as cursor:
        _statement().execute(cursor, [list(keys), clock.now()])
        return {row[0]: row for row in cursor.fetchall()}


_rows: GroupedRead[str, tuple[Any, ...]] = GroupedRead(_read)


@cache
def _statement() -> Prepared:
    session, sign_in, user = (model._meta.db_table for model in (Session, SignIn, User))
    known = [f"{m._meta.db_table}.{name}" for m in (SignIn, User) for name in _names(m)]
    sql = (
        f"SELECT session_key, session_data, {', '.join(known)} FROM {session}"  # noqa: S608 - own names
        f" LEFT JOIN {sign_in} ON {sign_in}.id = {session}.sign_in_id"
        f" LEFT JOIN {user} ON {user}.id = {sign_in}.user_id"
        f" WHERE session_key = ANY(%s) AND expire_date > %s"
    )
    return Prepared("sessions", ("text[]", "timestamptz"), sql)


@cache
def _names(model: type[Model]) -> list[str]:
    return [field.attname for field in model._meta.concrete_fields]


def _thaw(model: type[Model], values: Sequence[Any]) -> Any:
    return model.from_db(connection.alias, _names(model), values)
