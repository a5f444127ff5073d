"""Take a lease, or the right to run a period of a job. One guarded statement each."""

from datetime import UTC, datetime, timedelta

from django.db import connection

_TAKE = """
    INSERT INTO kernel_leases_lease AS l (key, owner, until, token) VALUES (%s, %s, %s, 1)
    ON CONFLICT (key) DO UPDATE
        SET owner = EXCLUDED.owner, until = EXCLUDED.until,
            token = l.token + CASE WHEN l.owner = EXCLUDED.owner AND l.until > %s THEN 0 ELSE 1 END
        WHERE l.owner = EXCLUDED.owner OR l.until <= %s
    RETURNING token
"""

_CHECK = "SELECT 1 FROM kernel_leases_lease WHERE key = %s AND token = %s FOR SHARE"

_PERIOD = """
    INSERT INTO kernel_leases_period (job, period, at) VALUES (%s, %s, %s)
    ON CONFLICT (job, period) DO NOTHING
"""

_FORGET = "DELETE FROM kernel_leases_period WHERE job = %s AND period < %s"
_KEEP_PERIODS = 60


def take(*, key: str, owner: str, seconds: float, at: datetime) -> int | None:
    """Take or prolong a lease; return its fencing token, or None while another holds it.

    Write with the token and compare it at the commit: a holder that was stopped has an old one.
    """
    with connection.cursor() as cursor:
        cursor.execute(_TAKE, [key, owner, at + timedelta(seconds=seconds), at, at])
        row = cursor.fetchone()
    return None if row is None else int(row[0])


class Lost(Exception):
    """Somebody else has taken the lease meanwhile: what was begun with it is theirs to go on with."""


def check(*, key: str, token: int) -> None:
    """In the caller's transaction: the lease is still the one with this token, until the commit.

    :raises Lost: it is not.
    """
    with connection.cursor() as cursor:
        cursor.execute(_CHECK, [key, token])
        if cursor.fetchone() is None:
            raise Lost


def first(*, job: str, period: str, at: datetime) -> bool:
    """Whether this call is the first to begin that period of that job."""
    with connection.cursor() as cursor:
        cursor.execute(_PERIOD, [job, period, at])
        return bool(cursor.rowcount)


def first_of_period(*, job: str, every_s: int, at: datetime) -> bool:
    """Whether ``job`` has not begun the period of ``every_s`` seconds that ``at`` lies in.

    Periods are counted from 1970. Those long past are forgotten on the way.
    """
    now = int(at.timestamp()) // every_s
    if not first(job=job, period=_name(now * every_s), at=at):
        return False
    with connection.cursor() as cursor:
        cursor.execute(_FORGET, [job, _name((now - _KEEP_PERIODS) * every_s)])
    return True


def _name(seconds: int) -> str:
    """A period's name; names sort as the periods follow each other."""
    return datetime.fromtimestamp(seconds, UTC).isoformat()
