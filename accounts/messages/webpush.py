"""Web push on the wire: who sends (VAPID, RFC 8292), and what only the browser reads (RFC 8291, RFC 8188).

A browser's subscription has an address at its maker's push service, the public key of a pair of its
own and a secret; the push service passes on what it cannot read.
"""

from __future__ import annotations

import json
import struct
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import (
    decode_dss_signature,
    encode_dss_signature,
)
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from kernel.randomness import random_bytes

MOST_BYTES = 3993
"""Of a text: every push service takes 4096 with what stands around it (RFC 8030, 7.2)."""
TOKEN_GOOD_FOR = timedelta(hours=12)
_RECORD = 4096
_SECRET, _SALT, _POINT, _HALF = 16, 16, 65, 32
_HEADER = _SALT + 5 + _POINT
_LAST = b"\x02"


@dataclass(frozen=True, slots=True)
class Subscription:
    """One browser that wants to be told: the address at its push service, its public key, its secret."""

    endpoint: str
    p256dh: str
    auth: str

    def text(self) -> str:
        """In one line: always the same for the same subscription."""
        return json.dumps([self.endpoint, self.p256dh, self.auth])

    @property
    def origin(self) -> str:
        """The push service."""
        parts = urlsplit(self.endpoint)
        return f"{parts.scheme}://{parts.netloc}"


def read(text: str) -> Subscription:
    """What ``Subscription.text`` gave."""
    return Subscription(*json.loads(text))


def check_keys(subscription: Subscription) -> None:
    """:raises ValueError: the keys are none that anything could be sealed for."""
    public_key(unpack(subscription.p256dh))
    if len(unpack(subscription.auth)) != _SECRET:
        raise ValueError("the secret has another length")


def encrypt(plain: bytes, subscription: Subscription) -> bytes:
    """A text as the push service passes it on: one record, for this browser only."""
    return seal(
        plain, subscription, own=ec.generate_private_key(ec.SECP256R1()), salt=random_bytes(16)
    )


def seal(
    plain: bytes, subscription: Subscription, *, own: ec.EllipticCurvePrivateKey, salt: bytes
) -> bytes:
    """``encrypt`` with a key pair and a salt that are used once.

    :raises ValueError: it is too long, or the subscription's keys are none.
    """
    if len(plain) > MOST_BYTES:
        raise ValueError("too long")
    browser = public_key(unpack(subscription.p256dh))
    shared = own.exchange(ec.ECDH(), browser)
    key, nonce = _keys(
        shared, unpack(subscription.auth), salt, point(browser), point(own.public_key())
    )
    head = salt + struct.pack("!IB", _RECORD, _POINT) + point(own.public_key())
    return head + AESGCM(key).encrypt(nonce, plain + _LAST, None)


def unseal(sealed: bytes, *, own: ec.EllipticCurvePrivateKey, secret: bytes) -> bytes:
    """What a browser reads, with its key pair and secret.

    :raises ValueError: it is not for this browser, or not a record.
    """
    if len(sealed) < _HEADER or sealed[_SALT + 4] != _POINT:
        raise ValueError("not a record")
    salt, sender = sealed[:_SALT], sealed[_SALT + 5 : _HEADER]
    shared = own.exchange(ec.ECDH(), public_key(sender))
    key, nonce = _keys(shared, secret, salt, point(own.public_key()), sender)
    try:
        plain = AESGCM(key).decrypt(nonce, sealed[_HEADER:], None)
    except Exception as error:
        raise ValueError("not for this browser") from error
    if not plain.endswith(_LAST):
        raise ValueError("not the last record")
    return plain[: -len(_LAST)]


def _keys(
    shared: bytes, secret: bytes, salt: bytes, browser: bytes, sender: bytes
) -> tuple[bytes, bytes]:
    """RFC 8291, 3.4: the key and the nonce of the one record."""
    secret = _derive(shared, secret, b"WebPush: info\x00" + browser + sender, 32)
    key = _derive(secret, salt, b"Content-Encoding: aes128gcm\x00", 16)
    return key, _derive(secret, salt, b"Content-Encoding: nonce\x00", 12)


def _derive(material: bytes, salt: bytes, info: bytes, length: int) -> bytes:
    return HKDF(algorithm=hashes.SHA256(), length=length, salt=salt, info=info).derive(material)


def authorization(key: ec.EllipticCurvePrivateKey, origin: str, contact: str, at: datetime) -> str:
    """The header by which a push service knows who sends (RFC 8292, 3)."""
    claims = {"aud": origin, "exp": int((at + TOKEN_GOOD_FOR).timestamp()), "sub": contact}
    told = f"{_part({'typ': 'JWT', 'alg': 'ES256'})}.{_part(claims)}"
    first, second = decode_dss_signature(key.sign(told.encode(), ec.ECDSA(hashes.SHA256())))
    signature = first.to_bytes(_HALF, "big") + second.to_bytes(_HALF, "big")
    return f"vapid t={told}.{pack(signature)}, k={pack(point(key.public_key()))}"


def claims_of(token: str, key: bytes) -> dict[str, object]:
    """What a token says that was signed with the pair of ``key``.

    :raises ValueError: it was not, or it is none.
    """
    told, _dot, signature = token.rpartition(".")
    head, _dot, claims = told.partition(".")
    if json.loads(unpack(head)).get("alg") != "ES256" or len(unpack(signature)) != 2 * _HALF:
        raise ValueError("another algorithm")
    halves = (unpack(signature)[:_HALF], unpack(signature)[_HALF:])
    encoded = encode_dss_signature(*(int.from_bytes(half, "big") for half in halves))
    try:
        public_key(key).verify(encoded, told.encode(), ec.ECDSA(hashes.SHA256()))
    except InvalidSignature:
        raise ValueError("not signed with this key") from None
    return dict(json.loads(unpack(claims)))


def _part(value: dict[str, object] | dict[str, str]) -> str:
    return pack(json.dumps(value, separators=(",", ":")).encode())


def private_key(text: str) -> ec.EllipticCurvePrivateKey:
    """A key pair from its secret number in base64url.

    :raises ValueError: it is none.
    """
    return ec.derive_private_key(int.from_bytes(unpack(text), "big"), ec.SECP256R1())


def new_private_key() -> str:
    """A fresh pair's secret number, as the settings want it."""
    number = ec.generate_private_key(ec.SECP256R1()).private_numbers().private_value
    return pack(number.to_bytes(_HALF, "big"))


def public_key(raw: bytes) -> ec.EllipticCurvePublicKey:
    """:raises ValueError: not a point of the curve."""
    return ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), raw)


def point(key: ec.EllipticCurvePublicKey) -> bytes:
    """A public key as the wire has it: 65 bytes."""
    return key.public_bytes(Encoding.X962, PublicFormat.UncompressedPoint)


def pack(raw: bytes) -> str:
    """Base64url without padding."""
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def unpack(text: str) -> bytes:
    """:raises ValueError: not base64url."""
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))
