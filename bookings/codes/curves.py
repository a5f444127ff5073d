"""The two signatures of a code, checked strictly; parsed keys are kept.

Sources: RFC 8032 (Ed25519); FIPS 186-5 and SEC 1 (ECDSA on P-256, compressed points). Of the two
ECDSA signatures that are good for a message only the one with the low s counts, so that nobody can
make a second text of a code.
"""

from __future__ import annotations

from functools import lru_cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)

POINT_BYTES = 33
_HALF = 32
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551
_ECDSA = ec.ECDSA(hashes.SHA256())


def is_of_issuer(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether an Ed25519 key, 32 raw bytes, made this signature."""
    try:
        _issuer(public).verify(signature, message)
    except InvalidSignature:
        return False
    return True


def is_of_phone(public: bytes, message: bytes, signature: bytes) -> bool:
    """Whether a P-256 key, a compressed point, made this signature: r and low s, 32 bytes each."""
    r, s = int.from_bytes(signature[:_HALF], "big"), int.from_bytes(signature[_HALF:], "big")
    if s > _ORDER // 2:
        return False
    try:
        _phone(public).verify(encode_dss_signature(r, s), message, _ECDSA)
    except (InvalidSignature, ValueError):
        return False
    return True


def compressed(point: bytes) -> bytes:
    """A P-256 point, compressed or not, as its 33 bytes. :raises ValueError: it is none."""
    key = ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), point)
    return key.public_bytes(serialization.Encoding.X962, serialization.PublicFormat.CompressedPoint)


def phone_signature(key: ec.EllipticCurvePrivateKey, message: bytes) -> bytes:
    """What a phone adds to a code: r and the low s. The same message gives the same (RFC 6979)."""
    signed = key.sign(message, ec.ECDSA(hashes.SHA256(), deterministic_signing=True))
    r, s = decode_dss_signature(signed)
    return b"".join(part.to_bytes(_HALF, "big") for part in (r, min(s, _ORDER - s)))


@lru_cache(maxsize=256)
def _issuer(public: bytes) -> Ed25519PublicKey:
    return Ed25519PublicKey.from_public_bytes(public)


@lru_cache(maxsize=4096)
def _phone(public: bytes) -> ec.EllipticCurvePublicKey:
    return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), public)
