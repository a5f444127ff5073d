"""What partners' gates ask for: which codes are dead, signed, so that it can be handed on."""

from __future__ import annotations

import json
from datetime import datetime

from bookings.codes import queries
from bookings.codes.operations.issuing import signed

_DOMAIN = b"quanyu dead 2\0"


def dead_codes(*, at: datetime) -> dict[str, str]:
    """The revoked keys and replaced codes, signed with the current key; see docs/algorithms/codes.md."""
    said = {
        "at": at.isoformat(),
        "keys": queries.revoked_kids(),
        "codes": queries.replaced(at=at),
    }
    payload = json.dumps(said, separators=(",", ":"), sort_keys=True)
    kid, signature = signed(_DOMAIN + payload.encode(), at=at)
    return {"payload": payload, "kid": kid, "signature": signature.hex()}
