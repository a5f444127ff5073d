"""Sealing of what must not be read in the database, and blind indexes to find it again.

``seal`` is AES-256-GCM under the first of QUANYU_SEALING_KEYS, with the key's id in the text and the
purpose as associated data: a value sealed for one purpose does not open for another. ``index`` is
HMAC-SHA256 under a key of its own, cut to 128 bits: equal values have equal indexes, per purpose.
Sources: NIST SP 800-38D (96-bit random nonces), RFC 2104.
"""

import base64
import hashlib
import hmac
from functools import cache

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings

from kernel.randomness import random_bytes

_VERSION = "v1"
_NONCE = 12


class BrokenSeal(Exception):
    """The sealed text was altered, or its key or purpose is another one."""


def seal(plain: str, *, purpose: str) -> str:
    """Seal a text for a purpose: "v1.<key id>.<base64 of nonce and ciphertext>"."""
    kid, key = next(iter(settings.QUANYU_SEALING_KEYS.items()))
    nonce = random_bytes(_NONCE)
    body = nonce + _cipher(key).encrypt(nonce, plain.encode(), _bound(kid, purpose))
    return f"{_VERSION}.{kid}.{base64.urlsafe_b64encode(body).decode()}"


def unseal(sealed: str, *, purpose: str) -> str:
    """Open what ``seal`` made for the same purpose.

    :raises BrokenSeal: it does not open.
    """
    version, _dot, rest = sealed.partition(".")
    kid, _dot, encoded = rest.partition(".")
    key = settings.QUANYU_SEALING_KEYS.get(kid)
    if version != _VERSION or key is None:
        raise BrokenSeal(f"no key {kid!r}")
    try:
        body = base64.b64decode(encoded, altchars=b"-_", validate=True)
        return _cipher(key).decrypt(body[:_NONCE], body[_NONCE:], _bound(kid, purpose)).decode()
    except (ValueError, InvalidTag):
        raise BrokenSeal("does not open") from None


def index(value: str, *, purpose: str) -> str:
    """The blind index of a normalised value, 32 hex letters."""
    message = f"{purpose}\x00{value}".encode()
    return hmac.new(settings.QUANYU_INDEX_KEY, message, hashlib.sha256).hexdigest()[:32]


@cache
def _cipher(key: bytes) -> AESGCM:
    return AESGCM(key)


def _bound(kid: str, purpose: str) -> bytes:
    return f"{_VERSION}.{kid}.{purpose}".encode()
