"""The test vectors of docs/algorithms/codes.md: made here, kept in tests/data/codes/vectors.json.

``python -m tests.bookings.codes.vectors`` writes the file; a test holds it against what is made.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from bookings.codes import wire
from bookings.codes.phones import Phone

FILE = Path(__file__).parents[2] / "data" / "codes" / "vectors.json"
AT = datetime(2026, 10, 1, 4, 0, tzinfo=UTC)
ISSUER, OTHER = bytes(range(32)), bytes(range(1, 33))
PHONE_NUMBER = int.from_bytes(bytes(range(32, 64)), "big")
OLD_TEXT = (
    "QY1AFLEOWVHAAAQEAYEAUDAOCAJBIFQYDIOB4E2ACNCAD3S5LJNBLRJZIISL3BDU4NSVYFSOOTBXUGDO"
    "7TXMYCFTKNVOB6ZBEDSF6ZJ2XX2CNSGR6JO2TSSH4Q45DD3ZJQKFDSGEPPBRSRT3TQA"
)
_PASS = b"quanyu pass 2\0"
_ORDER = 0xFFFFFFFF00000000FFFFFFFFFFFFFFFFBCE6FAADA7179E84F3B9CAC2FC632551


def public_of(private: bytes) -> bytes:
    return Ed25519PrivateKey.from_private_bytes(private).public_key().public_bytes_raw()


def phone() -> Phone:
    return Phone(ec.derive_private_key(PHONE_NUMBER, ec.SECP256R1()))


def rights() -> tuple[wire.Right, ...]:
    """Two entries to an area; a lift for three days; a bus, with a look at the document."""
    opens = AT - timedelta(hours=1)
    closes = opens + timedelta(hours=8)
    made = (
        wire.Right(wire.tag_of("area:12"), opens, closes, entries=2),
        wire.Right(wire.tag_of("lift:3"), opens, closes, rule="AFTER_EXIT", reentry_days=3),
        wire.Right(wire.tag_of("run:88"), opens, closes, has_check=True),
    )
    return tuple(sorted(made, key=lambda each: each.tag))


def said() -> wire.CodeFacts:
    serial = bytes(range(16))
    return wire.CodeFacts(
        serial,
        date(2026, 9, 30),
        date(2026, 10, 2),
        sequence=1,
        holder=wire.holder_hash(serial, "00112233445566778899aabbccddeeff"),
        rights=rights(),
    )


def on_phone() -> wire.CodeFacts:
    return replace(said(), kind=wire.Kind.PHONE, phone=phone().public)


def make() -> dict[str, Any]:
    """The whole file."""
    level_1 = wire.level_1(on_phone(), private=ISSUER)
    shown = phone().show(level_1, at=AT)
    paper = wire.sign(said(), private=ISSUER)
    bare = wire.sign(replace(said(), rights=(), holder=wire.NOBODY, sequence=0), private=ISSUER)
    return {
        "keys": {wire.kid_of(public_of(ISSUER)).hex(): public_of(ISSUER).hex()},
        "made_with": {
            "issuer_private": ISSUER.hex(),
            "phone_private": f"{PHONE_NUMBER:064x}",
            "holder_index": "00112233445566778899aabbccddeeff",
            "zones": ["area:12", "lift:3", "run:88"],
        },
        "level_1": level_1.hex(),
        "good": [
            _good("on a phone", shown),
            _good("on a phone, the step before", shown, at=AT + timedelta(seconds=29)),
            _good("on a phone, the step after", shown, at=AT - timedelta(seconds=15)),
            _good("on a phone, clocks apart", shown, at=AT + timedelta(seconds=89), skew_s=60),
            _good("on paper", paper),
            _good("on paper, without rights", bare),
            _good("the first format", OLD_TEXT),
        ],
        "refused": [*_refused(shown, paper, level_1)],
        "dead": _dead(),
    }


def facts_of(facts: wire.CodeFacts) -> Mapping[str, Any]:
    """What a code says, as the browser's reader words it."""
    return {
        "serial": facts.serial.hex(),
        "firstDay": facts.first_day.isoformat(),
        "lastDay": facts.last_day.isoformat(),
        "sequence": facts.sequence,
        "kind": facts.kind.name,
        "isStatic": facts.is_static,
        "holder": facts.holder.hex(),
        "rights": [_right(each) for each in facts.rights],
        "phone": facts.phone.hex(),
        "step": facts.step,
    }


def _right(right: wire.Right) -> Mapping[str, Any]:
    return {
        "tag": right.tag.hex(),
        "validFrom": int(right.valid_from.timestamp() * 1000),
        "validUntil": int(right.valid_until.timestamp() * 1000),
        "entries": right.entries,
        "rule": right.rule,
        "reentryDays": right.reentry_days,
        "hasCheck": right.has_check,
    }


def _good(name: str, text: str, *, at: datetime = AT, skew_s: int = 0) -> dict[str, Any]:
    keys = {wire.kid_of(public_of(ISSUER)): public_of(ISSUER)}
    facts = facts_of(wire.read(text, keys=keys, at=at, skew_s=skew_s))
    return {"name": name, "at": at.isoformat(), "skew_s": skew_s, "text": text, "facts": facts}


def _refused(shown: str, paper: str, level_1: bytes) -> list[dict[str, Any]]:
    raw = raw_of(shown)
    high = _ORDER - int.from_bytes(raw[-32:], "big")
    no_point = wire.level_1(replace(on_phone(), phone=b"\x02" + b"\xff" * 32), private=ISSUER)
    backwards = wire.level_1(replace(said(), first_day=date(2026, 10, 3)), private=ISSUER)
    step = wire.step_of(AT)
    forged = {
        "nothing": "",
        "lower case": shown.lower(),
        "a letter more": shown + "A",
        "a letter less": shown[:-1],
        "a letter changed": shown[:60] + ("B" if shown[60] == "A" else "A") + shown[61:],
        "a bit left over": paper[:-1] + chr(ord(paper[-1]) + 1),
        "another format's name": "QY1" + shown[3:],
        "another issuer": wire.sign(said(), private=OTHER),
        "another phone": Phone(ec.derive_private_key(7, ec.SECP256R1())).show(level_1, at=AT),
        "a later step under an older signature": text_of(
            raw[:-68] + (step + 1).to_bytes(4, "big") + raw[-64:]
        ),
        "the high s": text_of(raw[:-32] + high.to_bytes(32, "big")),
        "s of zero": text_of(raw[:-32] + bytes(32)),
        "the phone cut off": text_of(level_1),
        "a phone's key that is no point": wire.shown(no_point, step, raw[-64:]),
        "ends before it begins": text_of(backwards),
        "an unknown kind": _issued(level_1, 23, 2),
        "an unknown version": _issued(level_1, 0, 3),
        "more rights than there are": _issued(raw_of(paper), 36, 4),
        "more rights than may be": _issued(raw_of(paper), 36, 9),
        "an unknown rule": _issued(raw_of(paper), 48, 3),
        "no entries": _issued(raw_of(paper), 47, 0),
        "days of coming in again with a counted right": _issued(raw_of(paper), 48, 8),
        "a right that ends when it begins": _with_rights(paper, lambda a, b, c: (_empty(a), b, c)),
        "rights out of order": _with_rights(paper, lambda a, b, c: (b, a, c)),
        "a right twice": _with_rights(paper, lambda a, b, _c: (a, b, b)),
        "signed for something else": text_of(_body(paper) + _signed(b"", _body(paper))),
    }
    late = AT + timedelta(days=3)
    return [
        *[_no(name, text) for name, text in forged.items()],
        _no("too late by days", shown, "expired", at=late),
        _no("too early by days", paper, "expired", at=AT - timedelta(days=3)),
        _no("a picture, 30 seconds later", shown, "stale", at=AT + timedelta(seconds=30)),
        _no("from the future", shown, "stale", at=AT - timedelta(seconds=16)),
        _no("more than is allowed", shown, "stale", at=AT + timedelta(seconds=90), skew_s=60),
    ]


def _issued(raw: bytes, place: int, byte: int) -> str:
    """The static code, or the level 1, with one byte changed and then signed by the issuer."""
    body = raw[:-64][:place] + bytes((byte,)) + raw[:-64][place + 1 :]
    return text_of(body + _signed(_PASS, body))


def _with_rights(text: str, change: Callable[[bytes, bytes, bytes], Sequence[bytes]]) -> str:
    """The static code with other rights in the place of its three, signed by the issuer."""
    body = _body(text)
    pieces = change(body[37:49], body[49:61], body[61:73])
    changed = body[:37] + b"".join(pieces)
    return text_of(changed + _signed(_PASS, changed))


def _empty(right: bytes) -> bytes:
    return right[:7] + right[4:7] + right[10:]


def _body(text: str) -> bytes:
    return raw_of(text)[:-64]


def _signed(word: bytes, said: bytes) -> bytes:
    return Ed25519PrivateKey.from_private_bytes(ISSUER).sign(word + said)


def _dead() -> dict[str, Any]:
    """A list of dead codes by which everything above of sequence 1 is superseded, and an altered one."""
    told = {"at": AT.isoformat(), "codes": {bytes(range(16)).hex(): 2}, "keys": []}
    payload = json.dumps(told, separators=(",", ":"), sort_keys=True)
    signature = _signed(b"quanyu dead 2\0", payload.encode()).hex()
    kid = wire.kid_of(public_of(ISSUER)).hex()
    good = {"payload": payload, "kid": kid, "signature": signature}
    return {"good": good, "refused": good | {"payload": payload.replace(":2}", ":1}")}}


def _no(
    name: str, text: str, reason: str = "forged", *, at: datetime = AT, skew_s: int = 0
) -> dict[str, Any]:
    return {"name": name, "at": at.isoformat(), "skew_s": skew_s, "text": text, "reason": reason}


def raw_of(text: str) -> bytes:
    letters = text[3:]
    return base64.b32decode(letters + "=" * (-len(letters) % 8))


def text_of(raw: bytes) -> str:
    return "QY2" + base64.b32encode(raw).decode().rstrip("=")


if __name__ == "__main__":
    FILE.write_text(json.dumps(make(), indent=1, ensure_ascii=False) + "\n")
