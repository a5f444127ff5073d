"""A phone in Python: shows codes as the holder's page does, for whoever plays a visitor."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from bookings.codes import curves, wire


def _new_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@dataclass(frozen=True)
class Phone:
    """A P-256 key that stays where it was made."""

    key: ec.EllipticCurvePrivateKey = field(default_factory=_new_key)

    @property
    def public(self) -> bytes:
        """The compressed point that an issuer binds a code to."""
        return self.key.public_key().public_bytes(
            serialization.Encoding.X962, serialization.PublicFormat.CompressedPoint
        )

    def show(self, level_1: bytes, *, at: datetime) -> str:
        """The text of the code at a moment."""
        step = wire.step_of(at)
        message = wire.signed_by_phone(level_1, step)
        return wire.shown(level_1, step, curves.phone_signature(self.key, message))
