"""The code as bytes and as text: pure, needs nothing but public keys, so any reader can use it.

docs/algorithms/codes.md publishes this format. Two levels, one algorithm each, neither named in the
code: level 1 is the issuer's Ed25519 signature of what the code stands for; level 2 is the phone's
own ECDSA P-256 signature of level 1 and the time step of 15 s in which it is shown. A static code
(on paper) has level 1 only and says so. One content has exactly one text.

Texts that begin with "QY1" are of the first format: static, without rights. They are read, no longer
made.
"""

from __future__ import annotations

import base64
import enum
import hashlib
import itertools
import re
import struct
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.utils.translation import gettext_lazy as _

from bookings.codes import curves
from kernel.errors import Refusal

PREFIX = "QY"
SERIAL_BYTES = 16
STEP_S = 15
"""Seconds in which one code of a phone is shown; one step more to both sides is accepted."""
MOST_RIGHTS = 8
LONGEST = 480
"""Letters of the longest text."""

NOBODY = bytes(8)
RULES = ("COUNTED", "AFTER_EXIT", "FREE")
"""How often a right lets in, by its number in the code; the names are those of the vouchers."""

_HEAD = struct.Struct(">B4s16sHB8sHHB")
_RIGHT = struct.Struct(">4s3s3sBB")
_FIRST = struct.Struct(">B4s16sHHB")
_SIGNATURE, _STEP = 64, 4
_DOMAIN, _DOMAIN_SHOWN, _DOMAIN_FIRST = b"quanyu pass 2\0", b"quanyu show 2\0", b"quanyu pass 1\0"
_EPOCH = datetime(2020, 1, 1, tzinfo=UTC)
_DAY_ZERO = _EPOCH.date()
_UNIT_S = 300
_TEXT = re.compile(r"QY([12])([A-Z2-7]{100,477})", re.ASCII)
_AS_DIGITS = str.maketrans("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567", "0123456789ABCDEFGHIJKLMNOPQRSTUV")


class Forged(Refusal):
    """Not a code of ours, or an altered one."""

    code = "forged"
    status = 400
    message = _("This is not a genuine code.")


class Expired(Refusal):
    """A genuine code outside the days for which it was made."""

    code = "expired"
    message = _("This code is out of date.")


class Stale(Refusal):
    """A genuine code of a phone that was shown earlier: a picture of it, or a wrong clock."""

    code = "stale"
    message = _("This code was shown earlier. Open it on the phone itself and scan it again.")


class Kind(enum.IntEnum):
    """How a code is carried."""

    PHONE = 0
    PAPER = 1


@dataclass(frozen=True, slots=True)
class Right:
    """Where, when and how often a code lets in. Instants are of whole five minutes.

    ``tag`` is the first four bytes of SHA-256 of the zone's text. ``entries``: how many passages it
    gives with the rule COUNTED, how many persons with the others. ``reentry_days``: so many local
    days from the first entry on. ``has_check``: staff look at a document.
    """

    tag: bytes
    valid_from: datetime
    valid_until: datetime
    entries: int = 1
    rule: str = RULES[0]
    reentry_days: int = 0
    has_check: bool = False


@dataclass(frozen=True, slots=True)
class CodeFacts:
    """What a code says. Days are UTC days, both included.

    ``sequence`` goes up with every new phone or holder: a lower one than the known is dead.
    ``holder`` is ``holder_hash`` of the named person, or NOBODY. ``phone`` is the compressed P-256
    key of the phone, ``step`` when it was shown; both are empty for a static code.
    """

    serial: bytes
    first_day: date
    last_day: date
    sequence: int = 0
    kind: Kind = Kind.PAPER
    holder: bytes = NOBODY
    rights: tuple[Right, ...] = ()
    phone: bytes = b""
    step: int | None = None

    @property
    def is_static(self) -> bool:
        """Whether it never changes: on paper, or a picture."""
        return self.kind is Kind.PAPER


def kid_of(public: bytes) -> bytes:
    """The key id that a raw public key has."""
    return hashlib.sha256(public).digest()[:4]


def tag_of(zone: str) -> bytes:
    """The four bytes that stand for a zone."""
    return hashlib.sha256(zone.encode()).digest()[:4]


def holder_hash(serial: bytes, index: str) -> bytes:
    """What a code says of its holder: bound to the serial, so that two codes tell no link.

    ``index`` is the blind index of the document, which only the issuer can work out.
    """
    return hashlib.sha256(serial + index.encode()).digest()[:8]


def step_of(at: datetime) -> int:
    """The time step of a moment: steps of 15 s since 1970."""
    return int(at.timestamp()) // STEP_S


def whole(at: datetime, *, up: bool = False) -> datetime:
    """A moment at whole five minutes, as codes have them."""
    return moment_of(unit_of(at, up=up))


def in_order(rights: Iterable[Right]) -> tuple[Right, ...]:
    """Rights of whole five minutes in the order in which they are read again."""
    return tuple(_right(piece) for piece in _packed(rights))


def unit_of(at: datetime, *, up: bool = False) -> int:
    """The number of five-minute units since 2020 at a moment, rounded down or ``up``."""
    seconds = int((at - _EPOCH).total_seconds())
    return -(-seconds // _UNIT_S) if up else seconds // _UNIT_S


def moment_of(unit: int) -> datetime:
    """The moment at which a five-minute unit begins."""
    return _EPOCH + timedelta(seconds=unit * _UNIT_S)


def level_1(facts: CodeFacts, *, private: bytes) -> bytes:
    """What the issuer signs, with its signature. The same facts give the same bytes."""
    key = Ed25519PrivateKey.from_private_bytes(private)
    head = _HEAD.pack(
        2,
        kid_of(key.public_key().public_bytes_raw()),
        facts.serial,
        facts.sequence,
        facts.kind,
        facts.holder,
        _number(facts.first_day),
        _number(facts.last_day),
        len(facts.rights),
    )
    body = head + b"".join(_packed(facts.rights)) + facts.phone
    return body + key.sign(_DOMAIN + body)


def sign(facts: CodeFacts, *, private: bytes) -> str:
    """The text of a static code, signed with a raw private key."""
    return _text(level_1(facts, private=private))


def signed_by_phone(level_1: bytes, step: int) -> bytes:
    """What the phone signs when it shows a code."""
    return _DOMAIN_SHOWN + level_1 + step.to_bytes(_STEP, "big")


def shown(level_1: bytes, step: int, signature: bytes) -> str:
    """The text that a phone shows: level 1, the step, and its signature of both (r, then s)."""
    return _text(level_1 + step.to_bytes(_STEP, "big") + signature)


def read(text: str, *, keys: Mapping[bytes, bytes], at: datetime, skew_s: int = 0) -> CodeFacts:
    """Read a code against raw public keys by kid. Which sequence is good, the caller knows.

    ``skew_s``: by how many seconds the clocks of phone and reader may differ beyond one step.

    :raises Forged: not exactly what the holder of one of ``keys``, and the phone, have signed.
    :raises Expired: genuine, but ``at`` is not within its days.
    :raises Stale: genuine, but shown in another time step.
    """
    match = _TEXT.fullmatch(text)
    if match is None:
        raise Forged
    raw = _bytes(match[2])
    facts = _second(raw, keys) if match[1] == "2" else _first(raw, keys)
    if not facts.first_day <= at.astimezone(UTC).date() <= facts.last_day:
        raise Expired
    if facts.step is not None and not _is_fresh(facts.step, at, skew_s):
        raise Stale
    return facts


def _is_fresh(step: int, at: datetime, skew_s: int) -> bool:
    """Whether a moment is in the step or the ones beside it, give or take the allowed skew."""
    seconds = at.timestamp() - step * STEP_S
    return -STEP_S - skew_s <= seconds < 2 * STEP_S + skew_s


def _text(raw: bytes) -> str:
    return f"{PREFIX}2{base64.b32encode(raw).decode().rstrip('=')}"


def _bytes(letters: str) -> bytes:
    """The bytes of base 32 letters; left-over bits must be zero, and fewer than a letter holds."""
    left_over = 5 * len(letters) % 8
    number = int(letters.translate(_AS_DIGITS), 32)
    if left_over > 4 or number & (1 << left_over) - 1:
        raise Forged
    return (number >> left_over).to_bytes(5 * len(letters) // 8, "big")


def _second(raw: bytes, keys: Mapping[bytes, bytes]) -> CodeFacts:
    if len(raw) < _HEAD.size:
        raise Forged
    version, kid, serial, sequence, kind, holder, first, last, count = _HEAD.unpack_from(raw)
    if version != 2 or kind not in (0, 1) or first > last or count > MOST_RIGHTS:
        raise Forged
    after_rights = _HEAD.size + count * _RIGHT.size
    is_static = kind == Kind.PAPER
    after_body = after_rights + (0 if is_static else curves.POINT_BYTES)
    end = after_body + _SIGNATURE
    if len(raw) != end + (0 if is_static else _STEP + _SIGNATURE):
        raise Forged
    _check_issuer(keys.get(kid), _DOMAIN + raw[:after_body], raw[after_body:end])
    rights = raw[_HEAD.size : after_rights]
    phone, step = b"", None
    if not is_static:
        phone = raw[after_rights:after_body]
        step = int.from_bytes(raw[end : end + _STEP], "big")
        _check_phone(phone, raw, end)
    return CodeFacts(
        serial, _day(first), _day(last), sequence, Kind(kind), holder, _rights(rights), phone, step
    )


def _first(raw: bytes, keys: Mapping[bytes, bytes]) -> CodeFacts:
    """A code of the first format."""
    if len(raw) != _FIRST.size + _SIGNATURE:
        raise Forged
    body, signature = raw[: _FIRST.size], raw[_FIRST.size :]
    version, kid, serial, first, last, flags = _FIRST.unpack(body)
    if version != 1 or flags or first > last:
        raise Forged
    _check_issuer(keys.get(kid), _DOMAIN_FIRST + body, signature)
    return CodeFacts(serial, _day(first), _day(last))


def _check_issuer(public: bytes | None, message: bytes, signature: bytes) -> None:
    if public is None or not curves.is_of_issuer(public, message, signature):
        raise Forged


def _check_phone(public: bytes, raw: bytes, end: int) -> None:
    signature = raw[end + _STEP :]
    if not curves.is_of_phone(public, _DOMAIN_SHOWN + raw[: end + _STEP], signature):
        raise Forged


def _packed(rights: Iterable[Right]) -> list[bytes]:
    """Each right as bytes, in their one order."""
    return sorted(
        _RIGHT.pack(
            right.tag,
            unit_of(right.valid_from).to_bytes(3, "big"),
            unit_of(right.valid_until, up=True).to_bytes(3, "big"),
            right.entries,
            RULES.index(right.rule) | right.has_check << 2 | right.reentry_days << 3,
        )
        for right in rights
    )


def _rights(raw: bytes) -> tuple[Right, ...]:
    pieces = [raw[at : at + _RIGHT.size] for at in range(0, len(raw), _RIGHT.size)]
    if any(one >= other for one, other in itertools.pairwise(pieces)):
        raise Forged
    return tuple(_right(piece) for piece in pieces)


def _right(piece: bytes) -> Right:
    tag, begins, ends, entries, mark = _RIGHT.unpack(piece)
    rule, days = mark & 3, mark >> 3
    if begins >= ends or not entries or rule >= len(RULES) or (days and not rule):
        raise Forged
    begin, end = (moment_of(int.from_bytes(unit, "big")) for unit in (begins, ends))
    return Right(tag, begin, end, entries, RULES[rule], days, bool(mark & 4))


def _number(day: date) -> int:
    return (day - _DAY_ZERO).days


def _day(number: int) -> date:
    return _DAY_ZERO + timedelta(days=number)
