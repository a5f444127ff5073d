"""How a gate finds a right without knowing whose it is: hashes of what people show or type. Pure.

A serial is 128 random bits, so its plain hash gives nothing away. A typed code has 50 bits, a document
fewer than 40, its ending 13: their tags are made with a key of one organisation and one day, and cut
so short that many codes and numbers fit each (docs/algorithms/gates.md says how many).
"""

from __future__ import annotations

import hashlib
import hmac
from datetime import date

SERIAL_BYTES = 8
TYPED_BYTES = 5
DOCUMENT_BITS = 28
LISTED_DOCUMENT_BITS = 20
"""Of a list that has tags of endings too, 8 bits each: together they tell no more than 28 alone."""
_SERIAL = b"quanyu gate serial\x00"
_TYPED, _DOCUMENT, _ENDING = b"typed\x00", b"document\x00", b"ending\x00"


def serial_hash(serial: bytes) -> bytes:
    """What stands for a pass in a bundle."""
    return hashlib.sha256(_SERIAL + serial).digest()[:SERIAL_BYTES]


def day_key(secret: bytes, *, organisation_id: int, day: date) -> bytes:
    """The key of an organisation's tags on one local day, 32 bytes."""
    text = f"quanyu gate tags {organisation_id} {day.isoformat()}"
    return hmac.new(secret, text.encode(), hashlib.sha256).digest()


def typed_tag(key: bytes, code: str) -> bytes:
    """The tag of a typed code, as it is kept: plain capital letters and digits."""
    return hmac.new(key, _TYPED + code.encode(), hashlib.sha256).digest()[:TYPED_BYTES]


def document_tag(key: bytes, number: str, *, bits: int = DOCUMENT_BITS) -> int:
    """The tag of a document's number, 1 to 2^bits; its letters are capitals, without blanks or dashes."""
    plain = "".join(letter for letter in number.upper() if letter.isalnum())
    digest = hmac.new(key, _DOCUMENT + plain.encode(), hashlib.sha256).digest()
    return (int.from_bytes(digest[:4], "big") >> (32 - bits)) + 1


def ending_tag(key: bytes, zone: str, ending: str) -> int:
    """The tag of the last four characters of a document or phone on the list of one post, 0 to 255."""
    text = _ENDING + f"{zone}\x00{ending.upper()}".encode()
    return hmac.new(key, text, hashlib.sha256).digest()[0]
