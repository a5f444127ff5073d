"""How fast a code is checked on the server: parsed, both signatures, sequence, place and time.

Every code is another pass on another phone, so that no key but the issuer's was seen before. Each has
four rights. One thread. The rate is by the time that it had of its core; how long one takes is by the
clock on the wall.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bookings.codes import wire
from bookings.codes.phones import Phone

AT = datetime(2026, 10, 1, 4, 0, tzinfo=UTC)
ZONES = ("area:12", "lift:3", "run:88", "run:89")
CODES = 4000
_SEED = 12


@dataclass(frozen=True)
class Issuer:
    """Who signs, and what a gate knows of it: keys, and the sequences that went up."""

    private: bytes
    known: dict[bytes, int] = field(default_factory=dict)

    @property
    def keys(self) -> Mapping[bytes, bytes]:
        """Its public key by kid."""
        key = Ed25519PrivateKey.from_private_bytes(self.private)
        public = key.public_key().public_bytes_raw()
        return {wire.kid_of(public): public}


def is_let_in(
    text: str, *, keys: Mapping[bytes, bytes], known: Mapping[bytes, int], zone: str, at: datetime
) -> bool:
    """What a gate decides from a code alone."""
    try:
        facts = wire.read(text, keys=keys, at=at)
    except (wire.Forged, wire.Expired, wire.Stale):
        return False
    if facts.sequence < known.get(facts.serial, 0):
        return False
    tag = wire.tag_of(zone)
    return any(r.tag == tag and r.valid_from <= at < r.valid_until for r in facts.rights)


def facts_of(serial: bytes, phone: Phone) -> wire.CodeFacts:
    """Four rights of a day, on a phone."""
    opens = AT - timedelta(hours=1)
    rights = [wire.Right(wire.tag_of(z), opens, opens + timedelta(hours=8)) for z in ZONES]
    return wire.CodeFacts(
        serial,
        date(2026, 9, 30),
        date(2026, 10, 2),
        sequence=1,
        kind=wire.Kind.PHONE,
        holder=serial[:8],
        rights=wire.in_order(rights),
        phone=phone.public,
    )


def shown(issuer: Issuer, dice: Random) -> str:
    """Somebody's code on their own phone."""
    phone = Phone()
    facts = facts_of(dice.randbytes(wire.SERIAL_BYTES), phone)
    return phone.show(wire.level_1(facts, private=issuer.private), at=AT)


def new_issuer(dice: Random) -> Issuer:
    """Another one for each roll of the dice."""
    return Issuer(dice.randbytes(32))


def printed(issuer: Issuer, dice: Random) -> str:
    """Somebody's code on paper."""
    facts = facts_of(dice.randbytes(wire.SERIAL_BYTES), Phone())
    static = replace(facts, kind=wire.Kind.PAPER, phone=b"")
    return wire.sign(static, private=issuer.private)


def figures(options: dict[str, Any]) -> dict[str, Any]:
    """verify_per_s, verify_p99_ms."""
    dice = Random(_SEED)  # noqa: S311 - figures are to be had again
    issuer = new_issuer(dice)
    texts = [shown(issuer, dice) for _number in range(CODES)]
    keys, took = issuer.keys, []
    core_began = time.thread_time()
    for text in texts:
        began = time.perf_counter()
        good = is_let_in(text, keys=keys, known=issuer.known, zone=ZONES[0], at=AT)
        took.append(time.perf_counter() - began)
        assert good, "a good code is refused"
    return {
        "verify_per_s": round(len(took) / (time.thread_time() - core_began)),
        "verify_p99_ms": round(statistics.quantiles(took, n=100)[98] * 1000, 3),
        "verify_p50_ms": round(statistics.median(took) * 1000, 3),
        "code_letters": len(texts[0]),
    }
