"""The keys of a run: made once into a folder that the site and the stand-ins share."""

from __future__ import annotations

import json
import os
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from secrets import token_hex

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes
from cryptography.x509.oid import NameOID

_FILE = "fakes.json"


@dataclass(frozen=True)
class Keys:
    """What both sides know of each other; keys as PEM."""

    stripe_key: str
    stripe_webhook_secret: str
    alipay_app_id: str
    alipay_own_key: str
    alipay_own_public_key: str
    alipay_their_key: str
    alipay_their_public_key: str
    wechat_app_id: str
    wechat_merchant_id: str
    wechat_serial: str
    wechat_own_key: str
    wechat_own_public_key: str
    wechat_api_key: str
    wechat_their_key: str
    wechat_certificate: str
    control: str

    def settings_of(self, provider: str, url: str) -> dict[str, str]:
        """What the site is set to, for this provider to be at ``url``."""
        return {
            "stripe": {
                "STRIPE_SECRET_KEY": self.stripe_key,
                "STRIPE_WEBHOOK_SECRET": self.stripe_webhook_secret,
                "STRIPE_URL": url,
            },
            "alipay": {
                "ALIPAY_APP_ID": self.alipay_app_id,
                "ALIPAY_PRIVATE_KEY": self.alipay_own_key,
                "ALIPAY_PUBLIC_KEY": self.alipay_their_public_key,
                "ALIPAY_GATEWAY": f"{url}/gateway.do",
            },
            "wechat": {
                "WECHAT_APP_ID": self.wechat_app_id,
                "WECHAT_MERCHANT_ID": self.wechat_merchant_id,
                "WECHAT_SERIAL": self.wechat_serial,
                "WECHAT_PRIVATE_KEY": self.wechat_own_key,
                "WECHAT_API_KEY": self.wechat_api_key,
                "WECHAT_URL": url,
            },
        }[provider]

    @property
    def wechat_public_key_settings(self) -> dict[str, str]:
        """What a merchant in public-key mode sets besides."""
        return {
            "WECHAT_PUBLIC_KEY": self.wechat_their_public_key,
            "WECHAT_PUBLIC_KEY_ID": self.wechat_public_key_id,
        }

    @property
    def wechat_public_key_id(self) -> str:
        """What WeChat Pay calls its key for a merchant in public-key mode."""
        return f"PUB_KEY_ID_01{self.wechat_merchant_id}"

    @property
    def wechat_their_public_key(self) -> str:
        """The key itself, which is that of the first certificate here."""
        read = x509.load_pem_x509_certificate(self.wechat_certificate.encode()).public_key()
        return _pem(read)


def keys_in(folder: Path) -> Keys:
    """The keys of a folder, made when there are none."""
    path = folder / _FILE
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        fresh = path.with_suffix(".new")
        fresh.touch(mode=0o600)
        fresh.write_text(json.dumps(asdict(_make())))
        os.replace(fresh, path)
    return Keys(**json.loads(path.read_text()))


def _make() -> Keys:
    own_alipay, their_alipay, own_wechat, their_wechat = (
        rsa.generate_private_key(public_exponent=65537, key_size=2048) for _key in range(4)
    )
    return Keys(
        stripe_key=f"sk_test_{token_hex(16)}",
        stripe_webhook_secret=f"whsec_{token_hex(16)}",
        alipay_app_id="2026000000000001",
        alipay_own_key=_private(own_alipay),
        alipay_own_public_key=_public(own_alipay),
        alipay_their_key=_private(their_alipay),
        alipay_their_public_key=_public(their_alipay),
        wechat_app_id="wx0000000000000001",
        wechat_merchant_id="1900000001",
        wechat_serial=token_hex(20).upper(),
        wechat_own_key=_private(own_wechat),
        wechat_own_public_key=_public(own_wechat),
        wechat_api_key=token_hex(16),
        wechat_their_key=_private(their_wechat),
        wechat_certificate=certificate(their_wechat),
        control=token_hex(16),
    )


def _private(key: rsa.RSAPrivateKey) -> str:
    return key.private_bytes(
        serialization.Encoding.PEM,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    ).decode()


def _public(key: rsa.RSAPrivateKey) -> str:
    return _pem(key.public_key())


def _pem(key: CertificatePublicKeyTypes) -> str:
    kind = serialization.PublicFormat.SubjectPublicKeyInfo
    return key.public_bytes(serialization.Encoding.PEM, kind).decode()


def certificate(key: rsa.RSAPrivateKey) -> str:
    """A certificate of its own for a key, as PEM."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "stand-in")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=3650))
        .sign(key, hashes.SHA256())
    )
    return made.public_bytes(serialization.Encoding.PEM).decode()
