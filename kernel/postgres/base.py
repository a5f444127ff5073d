from __future__ import annotations

import select
from typing import Any

from django.db.backends.postgresql import base
from psycopg2.extensions import (  # type: ignore[import-untyped]
    TRANSACTION_STATUS_INERROR,
    TRANSACTION_STATUS_UNKNOWN,
)

from kernel import crashpoints

_BROKEN = (TRANSACTION_STATUS_INERROR, TRANSACTION_STATUS_UNKNOWN)


class DatabaseWrapper(base.DatabaseWrapper):
    """A kept connection is looked at without a round trip.

    Between requests the server owes nothing to a connection, so bytes that wait on it are a farewell:
    a crash, a restart, an administrator. Django's own check is a statement (`SELECT 1`) a request. A
    network that swallows everything is noticed by the keepalives and the statement timeout instead.
    """

    prepared: set[str]
    """Names of the statements that this connection knows (kernel.postgres.prepared)."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.execute_wrappers += crashpoints.statement_wrappers()

    def init_connection_state(self) -> None:
        super().init_connection_state()
        self.prepared = set()

    @crashpoints.around("commit")
    def commit(self) -> None:
        super().commit()

    def is_usable(self) -> bool:
        if self.connection is None or self.connection.closed:
            return False
        if self.connection.get_transaction_status() in _BROKEN:
            return False
        poll = select.poll()
        poll.register(self.connection.fileno(), select.POLLIN | select.POLLHUP | select.POLLERR)
        return not poll.poll(0)
