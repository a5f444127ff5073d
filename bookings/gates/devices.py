"""A device's own key in Python: signs requests as the gate's program does, for whoever plays a gate."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field, replace
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from bookings.codes import curves
from bookings.gates import signing


def _new_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@dataclass
class DeviceKey:
    """A P-256 key that stays where it was made, and the counter of what it has signed."""

    private: ec.EllipticCurvePrivateKey = field(default_factory=_new_key)
    counter: int = 0

    @property
    def public(self) -> bytes:
        """The uncompressed point, as a device is enrolled with."""
        return self.private.public_key().public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)

    def headers(self, *, device_id: int, path: str, body: bytes, at: datetime) -> dict[str, str]:
        """The headers of its next POST."""
        self.counter += 1
        bare = signing.Signed(device_id, int(at.timestamp() * 1000), self.counter, b"")
        text = signing.canonical(bare, method="POST", path=path, body=body)
        made = replace(bare, signature=curves.phone_signature(self.private, text))
        return {
            "X-Gate-Device": str(made.device_id),
            "X-Gate-Time": str(made.time_ms),
            "X-Gate-Counter": str(made.counter),
            "X-Gate-Signature": packed(made.signature),
        }


def packed(raw: bytes) -> str:
    """base64url without padding."""
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")
