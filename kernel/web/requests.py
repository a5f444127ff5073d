"""Reading a request strictly: what cannot be read is `BadInput`, never a guess and never a 500."""

import re
from datetime import date
from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest

from kernel.errors import BadInput

BIGINT = 2**63 - 1
_WHOLE = re.compile(r"-?[0-9]{1,19}", re.ASCII)
_ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", re.ASCII)


def client_ip(request: HttpRequest) -> str:
    """The client's address: the peer, or what `settings.TRUSTED_PROXY_HOPS` proxies of ours say.

    Each trusted proxy appends one entry to X-Forwarded-For; anything left of those was written by
    the client and is ignored. An unreadable entry falls back to the peer's address.
    """
    peer = request.META.get("REMOTE_ADDR") or ""
    hops = getattr(settings, "TRUSTED_PROXY_HOPS", 0)
    if hops <= 0:
        return peer
    forwarded = [part.strip() for part in request.headers.get("X-Forwarded-For", "").split(",")]
    claimed = forwarded[-hops] if len(forwarded) >= hops else forwarded[0]
    try:
        return str(ip_address(claimed))
    except ValueError:
        return peer


def whole(text: object, *, field: str, least: int = 0, most: int = BIGINT) -> int:
    """A whole number in ASCII digits between `least` and `most`. Refuses with BadInput."""
    if not isinstance(text, str) or not _WHOLE.fullmatch(text):
        raise BadInput(field=field)
    number = int(text)
    if not least <= number <= most:
        raise BadInput(field=field)
    return number


def day(text: object, *, field: str) -> date:
    """A day written as 2026-10-24. Refuses with BadInput."""
    if not isinstance(text, str) or not _ISO_DAY.fullmatch(text):
        raise BadInput(field=field)
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadInput(field=field) from None
