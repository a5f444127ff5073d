"""Reading codes with the keys that are good now."""

from __future__ import annotations

from datetime import datetime

from bookings.codes import wire
from bookings.codes.models import IssuerKey


def public_keys() -> dict[bytes, bytes]:
    """Raw public keys by kid: the current one and the retired ones, none that was revoked."""
    rows = IssuerKey.objects.filter(revoked_at__isnull=True).values_list("kid", "public")
    return {bytes.fromhex(kid): bytes.fromhex(public) for kid, public in rows}


def verify(text: str, *, at: datetime) -> wire.CodeFacts:
    """What a code says.

    :raises Forged: not a code of ours. :raises Expired: genuine, but not good on this day.
    """
    return wire.verify(text, keys=public_keys(), at=at)
