"""What providers have in common: reading their words strictly, RSA signatures, sums as text."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, RSAPublicKey

from bookings.payments.providers import Handle, Outcome, Payment, ProviderDown


class Unreadable(ProviderDown):
    """What came is not in the provider's own words."""


_YUAN = re.compile(r"(0|[1-9][0-9]{0,11})(?:\.([0-9]{1,2}))?", re.ASCII)


def text_of(found: Mapping[str, Any], name: str, *, most: int = 120) -> str:
    """A text that must be there. :raises Unreadable: it is not, or too long."""
    value = found.get(name)
    if not isinstance(value, str) or not 0 < len(value) <= most:
        raise Unreadable
    return value


def sum_of(found: Mapping[str, Any], name: str) -> int:
    """A whole number of zero or more that must be there. :raises Unreadable: it is not."""
    value = found.get(name)
    if type(value) is not int or value < 0:
        raise Unreadable
    return value


def part_of(found: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """An object that must be there. :raises Unreadable: it is not."""
    value = found.get(name)
    if not isinstance(value, dict):
        raise Unreadable
    return value


def unopened(handle: Handle, *, is_live: bool) -> Payment:
    """A payment that the provider does not know (yet): nobody can have paid it."""
    return Payment(
        provider_ref=handle.provider_ref,
        token=handle.token,
        outcome=Outcome.PENDING,
        amount_fen=handle.amount_fen,
        currency=handle.currency,
        is_live=is_live,
    )


def fen_of(yuan: str) -> int:
    """Fen from yuan as text, "0.01" is 1, without floats. :raises Unreadable: it is no sum."""
    match = _YUAN.fullmatch(yuan)
    if match is None:
        raise Unreadable
    return int(match[1]) * 100 + int((match[2] or "").ljust(2, "0"))


def yuan_of(fen: int) -> str:
    """Yuan with two decimals as text: 1 is "0.01"."""
    return f"{fen // 100}.{fen % 100:02d}"


@lru_cache(maxsize=16)
def private_key(pem: str) -> RSAPrivateKey:
    """An RSA key of our own from PEM, read once: reading proves its primes.

    :raises ValueError: it is none.
    """
    key = serialization.load_pem_private_key(pem.encode(), password=None)
    if not isinstance(key, RSAPrivateKey):
        raise ValueError("not an RSA key")
    return key


def public_key(pem: str) -> RSAPublicKey:
    """Their RSA key from PEM. :raises ValueError: it is none."""
    key = serialization.load_pem_public_key(pem.encode())
    if not isinstance(key, RSAPublicKey):
        raise ValueError("not an RSA key")
    return key


def sign(key: RSAPrivateKey, message: bytes) -> str:
    """RSA-SHA256 (PKCS #1 v1.5) as base64: RSA2 at Alipay, WECHATPAY2-SHA256-RSA2048 at WeChat Pay."""
    return base64.b64encode(key.sign(message, padding.PKCS1v15(), hashes.SHA256())).decode()


def is_signed(key: RSAPublicKey, message: bytes, signature: str) -> bool:
    """Whether a base64 signature is of this key over this message."""
    try:
        raw = base64.b64decode(signature.encode("ascii"), validate=True)
        key.verify(raw, message, padding.PKCS1v15(), hashes.SHA256())
    except (InvalidSignature, binascii.Error, UnicodeEncodeError):
        return False
    return True
