"""The one place where the time is read. Interfaces read it and pass it down as ``at``.

``QUANYU_CLOCK=2026-10-01T06:00:00+08:00@60`` starts the clock there and lets it run 60 times as fast:
for demonstrations and benches on throw-away servers, refused anywhere else. With ``/<unix time>``
behind it, the real moment at which it started, several processes agree on it.
"""

from datetime import UTC, datetime
from functools import cache

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

_WANTED = "QUANYU_CLOCK wants <ISO time with its zone>@<speed>[/<unix time>]"
_FASTEST = 1_000_000


def now() -> datetime:
    """This moment, aware, in UTC."""
    spec = settings.QUANYU_CLOCK
    if spec and not settings.QUANYU_THROWAWAY:
        raise ImproperlyConfigured("QUANYU_CLOCK moves the time: on throw-away servers only.")
    return moved_now(spec)


def moved_now(spec: str) -> datetime:
    """This moment by a QUANYU_CLOCK value; the real one where it is empty. Needs no settings."""
    real = datetime.now(UTC)
    moved = _moved(spec)
    if moved is None:
        return real
    start, speed, since = moved
    return start + (real - since) * speed


@cache
def _moved(spec: str) -> tuple[datetime, float, datetime] | None:
    """(start, speed, the real moment at which it started) of a spec, or None where it is empty."""
    if not spec:
        return None
    try:
        moment, _at, rest = spec.partition("@")
        speed, _slash, since = rest.partition("/")
        start, pace = datetime.fromisoformat(moment), float(speed or 1)
        began = datetime.fromtimestamp(float(since), UTC) if since else datetime.now(UTC)
    except (ValueError, OverflowError):
        raise ImproperlyConfigured(_WANTED) from None
    if start.tzinfo is None or not 0 < pace < _FASTEST:
        raise ImproperlyConfigured(_WANTED)
    return start.astimezone(UTC), pace, began


def spec(start: datetime, speed: float, since: datetime) -> str:
    """A QUANYU_CLOCK value that several processes can share: ``start`` was at real time ``since``."""
    return f"{start.isoformat()}@{speed}/{since.timestamp()}"
