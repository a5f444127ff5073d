"""The certificate of `up --https`: trusted by its authority for this machine, and for nothing beyond."""

from __future__ import annotations

import ipaddress
import socket
import ssl
import stat
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

from config import certificates

NOW = datetime(2026, 10, 1, tzinfo=UTC)


@pytest.fixture
def made(tmp_path, socket_enabled):
    return certificates.ensure(tmp_path / "https", at=NOW)


def machine(made) -> x509.Certificate:
    return x509.load_pem_x509_certificate(made.chain.read_bytes())


def test_it_names_every_private_address_of_the_machine_and_the_loopback(made):
    names = machine(made).extensions.get_extension_for_class(x509.SubjectAlternativeName).value

    addresses = names.get_values_for_type(x509.IPAddress)
    assert addresses == certificates.local_addresses()
    assert addresses[-1] == ipaddress.IPv4Address("127.0.0.1")
    assert "localhost" in names.get_values_for_type(x509.DNSName)


def test_the_server_can_use_it_and_its_keys_are_the_owners_only(made):
    ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(made.chain, made.key)

    assert made.key.read_text().startswith("-----BEGIN " + "PRIVATE KEY-----")
    keys = [made.key, made.authority.with_suffix(".key")]
    assert [stat.S_IMODE(key.stat().st_mode) for key in keys] == [0o600, 0o600]


def test_the_same_machine_keeps_its_certificate(made, tmp_path):
    before = made.chain.read_bytes()

    again = certificates.ensure(tmp_path / "https", at=NOW + timedelta(days=300))

    assert again.chain.read_bytes() == before
    assert again.fingerprint == made.fingerprint


def test_another_address_makes_another_certificate_of_the_same_authority(
    made, tmp_path, monkeypatch
):
    before = made.chain.read_bytes()
    moved = [ipaddress.IPv4Address("192.168.7.7"), ipaddress.IPv4Address("127.0.0.1")]
    monkeypatch.setattr(certificates, "local_addresses", lambda: moved)

    again = certificates.ensure(tmp_path / "https", at=NOW)

    assert again.chain.read_bytes() != before
    assert again.addresses == ("192.168.7.7", "127.0.0.1")
    assert again.fingerprint == made.fingerprint


def test_it_is_renewed_a_month_before_its_end(made, tmp_path):
    later = NOW + timedelta(days=370)

    again = certificates.ensure(tmp_path / "https", at=later)

    assert machine(again).not_valid_after_utc > later + timedelta(days=300)
    assert again.fingerprint == made.fingerprint


def test_its_authority_signs_for_no_name_of_the_internet(made):
    authority = x509.load_pem_x509_certificate(made.authority.read_bytes())
    allowed = authority.extensions.get_extension_for_class(x509.NameConstraints)

    permitted = allowed.value.permitted_subtrees or []
    networks = [one.value for one in permitted if isinstance(one, x509.IPAddress)]
    names = [one.value for one in permitted if isinstance(one, x509.DNSName)]
    assert allowed.critical is True
    assert all(network.is_private for network in networks)
    assert set(names) == {"localhost", "local", socket.gethostname()}


def test_the_fingerprint_is_the_authoritys(made):
    authority = x509.load_pem_x509_certificate(made.authority.read_bytes())

    assert made.fingerprint.replace(":", "").lower() == authority.fingerprint(hashes.SHA256()).hex()
    assert isinstance(authority.public_key(), ec.EllipticCurvePublicKey)
