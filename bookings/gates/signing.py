"""What a device signs, and whether it did: pure, so that a partner's gate can be written from it.

Every request of an enrolled device carries four headers:

    X-Gate-Device     its number
    X-Gate-Time       its clock, milliseconds since 1970
    X-Gate-Counter    a number that grows with every request of the device
    X-Gate-Signature  base64url without padding: ECDSA P-256/SHA-256 over the text below, r and s

    quanyu gate 1 LF method LF path and query LF SHA-256 of the body in hex LF time LF device LF counter

The private key is made by the device and never leaves it. The time is not a proof: it tells how wrong
the device's clock is. A request that comes twice is refused by its counter.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature

_WORD = "quanyu gate 1"
_HALF = 32
_POINT = 65
_MOST_DIGITS = 16


@dataclass(frozen=True, slots=True)
class Signed:
    """Who says to ask, when by their clock, and the proof."""

    device_id: int
    time_ms: int
    counter: int
    signature: bytes


def read(headers: Mapping[str, str]) -> Signed | None:
    """The four headers, or None where one is missing or unreadable."""
    numbers = [headers.get(f"X-Gate-{name}", "") for name in ("Device", "Time", "Counter")]
    if not all(
        text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS for text in numbers
    ):
        return None
    signature = unpack(headers.get("X-Gate-Signature", ""))
    if len(signature) != 2 * _HALF:
        return None
    device_id, time_ms, counter = map(int, numbers)
    return Signed(device_id, time_ms, counter, signature)


def is_signed(signed: Signed, *, public_key: str, method: str, path: str, body: bytes) -> bool:
    """Whether the holder of a public key (hex) has signed this request."""
    text = canonical(signed, method=method, path=path, body=body)
    r, s = (int.from_bytes(signed.signature[half : half + _HALF], "big") for half in (0, _HALF))
    try:
        _key(bytes.fromhex(public_key)).verify(
            encode_dss_signature(r, s), text, ec.ECDSA(hashes.SHA256())
        )
    except InvalidSignature:
        return False
    return True


def canonical(signed: Signed, *, method: str, path: str, body: bytes) -> bytes:
    """The text that is signed."""
    lines = (
        _WORD, method.upper(), path, hashlib.sha256(body).hexdigest(),
        str(signed.time_ms), str(signed.device_id), str(signed.counter),
    )  # fmt: skip
    return "\n".join(lines).encode()


def is_point(raw: bytes) -> bool:
    """Whether bytes are a public key: an uncompressed point of the curve."""
    if len(raw) != _POINT or raw[0] != 4:
        return False
    try:
        _key(raw)
    except ValueError:
        return False
    return True


def unpack(text: str) -> bytes:
    """Bytes from base64url without padding; empty where it is none."""
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError):
        return b""


def _key(raw: bytes) -> ec.EllipticCurvePublicKey:
    return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), raw)
