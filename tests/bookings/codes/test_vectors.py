"""The published test vectors are what the format makes, and are answered as they say."""

from __future__ import annotations

import json
import re
from datetime import datetime

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.conf import settings

from bookings.codes import operations as issuers
from bookings.codes import wire
from tests.bookings.codes import vectors

KEPT = json.loads(vectors.FILE.read_text())
KEYS = {bytes.fromhex(kid): bytes.fromhex(public) for kid, public in KEPT["keys"].items()}
REASONS = {wire.Forged: "forged", wire.Expired: "expired", wire.Stale: "stale"}


def answer(vector) -> str | dict:
    at = datetime.fromisoformat(vector["at"])
    try:
        facts = wire.read(vector["text"], keys=KEYS, at=at, skew_s=vector["skew_s"])
    except tuple(REASONS) as refusal:
        return REASONS[type(refusal)]
    return vectors.facts_of(facts)


def test_the_file_is_what_the_format_makes():
    assert vectors.make() == KEPT


@pytest.mark.parametrize("vector", KEPT["good"], ids=lambda each: each["name"])
def test_a_good_vector_says_its_facts(vector):
    assert answer(vector) == vector["facts"]


@pytest.mark.parametrize("vector", KEPT["refused"], ids=lambda each: each["name"])
def test_a_refused_vector_is_refused_for_its_reason(vector):
    assert answer(vector) == vector["reason"]


def is_signed(dead) -> bool:
    """As the document says that the list of dead codes is signed."""
    key = Ed25519PublicKey.from_public_bytes(KEYS[bytes.fromhex(dead["kid"])])
    try:
        message = b"quanyu dead 2\0" + dead["payload"].encode()
        key.verify(bytes.fromhex(dead["signature"]), message)
    except InvalidSignature:
        return False
    return True


def test_the_list_of_dead_codes_supersedes_the_good_vectors_of_its_serial():
    dead = json.loads(KEPT["dead"]["good"]["payload"])["codes"]
    names = [
        each["name"]
        for each in KEPT["good"]
        if each["facts"]["sequence"] < dead.get(each["facts"]["serial"], 0)
    ]

    assert is_signed(KEPT["dead"]["good"])
    assert not is_signed(KEPT["dead"]["refused"])
    assert len(names) == len(KEPT["good"])


@pytest.mark.django_db
def test_our_own_list_is_signed_as_the_vector_is():
    public = bytes.fromhex(issuers.rotate(actor="user:1", at=vectors.AT).public)
    told = issuers.dead_codes(at=vectors.AT)

    message = b"quanyu dead 2\0" + told["payload"].encode()
    Ed25519PublicKey.from_public_bytes(public).verify(bytes.fromhex(told["signature"]), message)
    assert sorted(json.loads(told["payload"])) == ["at", "codes", "keys"]


def test_the_document_shows_the_first_vector():
    page = (settings.BASE_DIR / "docs" / "algorithms" / "codes.md").read_text()
    shown = page.partition("## Example")[2]
    [text] = re.findall(r"QY2[A-Z2-7\n]+", shown)

    assert text.replace("\n", "") == KEPT["good"][0]["text"]
    assert next(iter(KEPT["keys"].values())) in shown
    rows = re.findall(r"^\| `([0-9a-f ]+)` \|", shown, re.MULTILINE)
    raw = vectors.raw_of(KEPT["good"][0]["text"])
    assert bytes.fromhex("".join(rows)) == raw
