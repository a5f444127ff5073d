"""Transactions that PostgreSQL rolled back for the sake of another: a deadlock, a conflict of snapshots."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from django.db import OperationalError

Result = TypeVar("Result")

TRIES = 3
_GIVEN_UP = {"40P01", "40001"}


def try_again(transaction: Callable[[], Result]) -> Result:
    """Run a whole transaction; where it was given up for a rival, once more, up to ``TRIES`` in all.

    Nothing of a try is left in the database; what it left in memory is for ``transaction`` to undo.
    Everything else, a lock that was not had in time included, is raised at once.

    :raises OperationalError: it was given up each time, or failed in another way.
    """
    for _ in range(TRIES - 1):
        try:
            return transaction()
        except OperationalError as error:
            if getattr(error.__cause__, "pgcode", None) not in _GIVEN_UP:
                raise
    return transaction()
