"""`up --https`: a certificate for this machine's addresses, signed by an authority of the data folder.

Phones scan and show codes over HTTPS only: camera, service worker and the browser's keys want it. The
authority is made once; a phone that trusts it keeps trusting while the machine's addresses change. It
is good for private addresses and local names only (name constraints of RFC 5280), so whoever took its
key from this folder could sign for no site of the Internet.
"""

from __future__ import annotations

import fcntl
import ipaddress
import socket
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from config.servers import write_private

_AUTHORITY_FOR, _MACHINE_FOR = timedelta(days=3650), timedelta(days=397)
_RENEW_BEFORE = timedelta(days=30)
_PRIVATE = ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "127.0.0.0/8")
_SIOCGIFADDR = 0x8915

Address = ipaddress.IPv4Address


@dataclass(frozen=True, slots=True)
class Certificate:
    """Files that the web server reads, and what people compare."""

    chain: Path
    key: Path
    authority: Path
    fingerprint: str
    addresses: tuple[str, ...]


def ensure(folder: Path, *, at: datetime | None = None) -> Certificate:
    """The machine's certificate, made or renewed where its addresses or its time ask for it."""
    now = at or datetime.now(UTC)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    authority, authority_key = _authority(folder, now)
    chain, key, addresses = folder / "machine.pem", folder / "machine.key", local_addresses()
    if not _is_good(chain, key, addresses, now):
        _make_machine(chain, key, addresses, authority, authority_key, now)
    known = authority.fingerprint(hashes.SHA256()).hex(":").upper()
    return Certificate(chain, key, folder / "authority.pem", known, tuple(map(str, addresses)))


def local_addresses() -> list[Address]:
    """The machine's private IPv4 addresses, the loopback last."""
    found = set()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        for _number, name in socket.if_nameindex():
            asked = struct.pack("256s", name.encode()[:15])
            try:
                answer = fcntl.ioctl(probe.fileno(), _SIOCGIFADDR, asked)
            except OSError:  # an interface without an IPv4 address
                continue
            found.add(ipaddress.IPv4Address(answer[20:24]))
    loopback = ipaddress.IPv4Address("127.0.0.1")
    nets = [ipaddress.ip_network(net) for net in _PRIVATE]
    private = {one for one in found if any(one in net for net in nets)} - {loopback}
    return [*sorted(private), loopback]


def _authority(folder: Path, now: datetime) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    known, key_file = folder / "authority.pem", folder / "authority.key"
    if known.exists() and key_file.exists():
        kept = x509.load_pem_x509_certificate(known.read_bytes())
        key = load_pem_private_key(key_file.read_bytes(), password=None)
        if kept.not_valid_after_utc > now + _MACHINE_FOR and isinstance(
            key, ec.EllipticCurvePrivateKey
        ):
            return kept, key
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name(f"quanyu {socket.gethostname()[:40]}")
    usage = x509.KeyUsage(
        digital_signature=False, content_commitment=False, key_encipherment=False,
        data_encipherment=False, key_agreement=False, key_cert_sign=True, crl_sign=True,
        encipher_only=False, decipher_only=False,
    )  # fmt: skip
    made = (
        _builder(name, name, key, now, _AUTHORITY_FOR)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.NameConstraints(_may_sign_for(), None), critical=True)
        .sign(key, hashes.SHA256())
    )
    _write_key(key_file, key)
    known.write_bytes(made.public_bytes(Encoding.PEM))
    return made, key


def _may_sign_for() -> list[x509.GeneralName]:
    nets = [x509.IPAddress(ipaddress.ip_network(net)) for net in _PRIVATE]
    return [*nets, *(x509.DNSName(name) for name in ("localhost", "local", socket.gethostname()))]


def _make_machine(
    chain: Path,
    key_file: Path,
    addresses: Sequence[Address],
    authority: x509.Certificate,
    authority_key: ec.EllipticCurvePrivateKey,
    now: datetime,
) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    names: list[x509.GeneralName] = [x509.IPAddress(address) for address in addresses]
    names += [x509.DNSName(name) for name in dict.fromkeys(("localhost", socket.gethostname()))]
    made = (
        _builder(_name("quanyu"), authority.subject, key, now, _MACHINE_FOR)
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key()),
            critical=False,
        )
        .sign(authority_key, hashes.SHA256())
    )
    _write_key(key_file, key)
    chain.write_bytes(made.public_bytes(Encoding.PEM) + authority.public_bytes(Encoding.PEM))


def _is_good(chain: Path, key: Path, addresses: Sequence[Address], now: datetime) -> bool:
    if not chain.exists() or not key.exists():
        return False
    kept = x509.load_pem_x509_certificate(chain.read_bytes())
    names = kept.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    covered = set(names.get_values_for_type(x509.IPAddress))
    return covered == set(addresses) and kept.not_valid_after_utc > now + _RENEW_BEFORE


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePrivateKey,
    now: datetime,
    lasts: timedelta,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + lasts)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _write_key(path: Path, key: ec.EllipticCurvePrivateKey) -> None:
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    write_private(path, pem.decode())
