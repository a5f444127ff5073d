"""What an exception means to the person who asked: a refusal with a way out, or a fault of ours."""

import logging

from django.db import DatabaseError, DataError, InterfaceError, OperationalError
from django.http.request import RawPostDataException
from django.utils.translation import gettext_lazy as _

from kernel.errors import BadInput, Busy, Refusal

BUSY = {
    "55P03": "a lock was not had in time",
    "40P01": "a deadlock",
    "40001": "could not be serialized",
    "53300": "too many connections",
    "53100": "the disk is full",
    "57014": "a statement took too long",
}
"""States in which nothing was changed: the transaction was rolled back, or never began."""

logger = logging.getLogger(__name__)


class Interrupted(Refusal):
    """The database went away: what was asked for may have been done or not. `retry_after`: seconds."""

    status = 503
    retry_after = 2
    message = _("Something went wrong on our side. Look at your orders before you pay again.")


def as_refusal(exception: BaseException | None) -> Refusal | None:
    """The refusal that an exception stands for, or None when it is a fault.

    What could not be had in time is `Busy`: nothing was changed, and trying again is safe. A database
    that is gone, comes back or was lost on the way is `Interrupted`: the same key tells what became
    of it (psycopg2 sometimes says only DatabaseError of a lost connection). A value that the database
    cannot hold is `BadInput`, and is logged because a form should have said so first.
    """
    if isinstance(exception, Refusal):
        return exception
    if isinstance(exception, OperationalError | InterfaceError) or type(exception) is DatabaseError:
        state = _sqlstate(exception)
        logger.warning("the database: %s", BUSY.get(str(state), state or "lost"))
        return Busy() if state in BUSY else Interrupted()
    if isinstance(exception, RawPostDataException):  # a form of files where a program should speak
        return BadInput()
    if isinstance(exception, DataError):
        logger.warning("the database cannot hold a value: %s", _sqlstate(exception))
        return BadInput()
    return None


def _sqlstate(exception: BaseException) -> str | None:
    return getattr(exception.__cause__, "pgcode", None)
