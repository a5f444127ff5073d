"""WeChat Pay's own keys: platform certificates that change, or one public key with an id."""

from __future__ import annotations

import base64
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.x509 import load_pem_x509_certificate

from bookings.payments.providers import ProviderDown

AGAIN_AFTER_S = 60.0
"""A serial that nobody knows makes us look for new certificates, but not more often than this."""


def unlock(api_key: bytes, resource: Mapping[str, Any]) -> bytes:
    """What an AEAD_AES_256_GCM resource holds.

    :raises ValueError: it was altered, is of another key or unreadable.
    """
    try:
        return AESGCM(api_key).decrypt(
            str(resource["nonce"]).encode(),
            base64.b64decode(str(resource["ciphertext"]), validate=True),
            str(resource.get("associated_data") or "").encode(),
        )
    except (InvalidTag, KeyError, ValueError):
        raise ValueError("does not open") from None


@dataclass(frozen=True, slots=True)
class PublicKey:
    """The one key of a merchant in public-key mode: it has an id instead of a serial, and stays."""

    id: str
    key: RSAPublicKey

    def get(self, serial: str) -> RSAPublicKey | None:
        """The key, if it is meant; nothing is downloaded."""
        return self.key if serial == self.id else None


class Certificates:
    """Platform certificates: public keys by serial number, fetched when an unknown one turns up."""

    def __init__(self, api_key: bytes, download: Callable[[], Mapping[str, Any]]) -> None:
        self._api_key, self._download = api_key, download
        self._keys: dict[str, RSAPublicKey] = {}
        self._asked_at = -AGAIN_AFTER_S
        self._lock = threading.Lock()

    def get(self, serial: str) -> RSAPublicKey | None:
        """The key of a serial number; None where WeChat Pay has none of it.

        Who brings a serial that is known does not wait for a download that another has caused.

        :raises ProviderDown: it is unknown and the list cannot be had.
        """
        if known := self._keys.get(serial):
            return known
        with self._lock:
            if serial not in self._keys and time.monotonic() >= self._asked_at + AGAIN_AFTER_S:
                self._asked_at = time.monotonic()
                self._keys = self._read(self._download())
            return self._keys.get(serial)

    def _read(self, found: Mapping[str, Any]) -> dict[str, RSAPublicKey]:
        """The list opens with our own key only: who made it knows that key."""
        keys: dict[str, RSAPublicKey] = {}
        try:
            for each in found["data"]:
                pem = unlock(self._api_key, each["encrypt_certificate"])
                key = load_pem_x509_certificate(pem).public_key()
                if isinstance(key, RSAPublicKey):
                    keys[str(each["serial_no"])] = key
        except (KeyError, TypeError, ValueError):
            raise ProviderDown from None
        return keys
