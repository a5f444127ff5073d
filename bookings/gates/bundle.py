"""The list that a gate carries, as bytes. Pure; docs/algorithms/gates.md has the format in full.

    "QYG1", the length of the head (4 bytes), the head as JSON, the rows, key id (4), signature (64)

Rows have one length and are sorted by serial hash, so that a reader searches them where they lie and
parses nothing. All numbers are big-endian; instants are seconds since 1970, 0 where there is none.
The signature is the issuer's, over SHA-256 of everything before the key id.
"""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bookings.contracts import Reentry
from bookings.gates import tags

MAGIC = b"QYG1"
DOMAIN = b"quanyu list 1\0"
"""What stands before the digest that is signed: a signature of a list is never one of a code."""
ROW = struct.Struct(">8s5sI5sHBBBBBBHBBIII5sx")
"""Serial hash, typed tag, document tag, pass, least sequence, zone, flags, rule, entries allowed, used,
re-entry days, words, doors in, doors out, from, until, first entry, voucher."""

SERIAL = 8
"""So many bytes of a row are the serial hash."""
VOID, BARRED, UNPAID, NAMED, INSIDE = 1, 2, 4, 8, 16
_RULES = {Reentry.COUNTED: 0, Reentry.AFTER_EXIT: 1, Reentry.FREE: 2}
_MOST_BYTE, _MOST_SHORT = 255, 65_535

Sign = Callable[[bytes], tuple[bytes, bytes]]
"""Key id and signature of a digest."""


@dataclass(frozen=True, slots=True)
class Right:
    """One voucher as a gate sees it. ``show`` are words and an age; no name and no number."""

    voucher_id: int
    carrier_id: int
    serial: bytes
    typed: str
    document_tag: int
    sequence: int
    zone: str
    flags: int
    rule: Reentry
    entries_allowed: int
    entries_used: int
    reentry_days: int
    valid_from: datetime
    valid_until: datetime
    entered_at: datetime | None
    show: Mapping[str, Any]
    doors_in: Sequence[str]
    doors_out: Sequence[str]


@dataclass(frozen=True, slots=True)
class Packed:
    """The rows of a list with the tables that they point into: the same for every gate of a place."""

    rows: tuple[bytes, ...]
    shows: tuple[Any, ...]
    doors: tuple[Any, ...]

    @property
    def serials(self) -> frozenset[bytes]:
        """The serial hashes of its rows."""
        return frozenset(row[:SERIAL] for row in self.rows)


def packed(*, zones: Sequence[str], rights: Iterable[Right], key: bytes) -> Packed:
    """The rows of these rights, sorted."""
    return replaced(Packed((), (), ()), serials=(), zones=zones, rights=rights, key=key)


def replaced(
    old: Packed,
    *,
    serials: Collection[bytes],
    zones: Sequence[str],
    rights: Iterable[Right],
    key: bytes,
) -> Packed:
    """The same with other rows for these serial hashes."""
    shows, doors = _Table(old.shows), _Table(old.doors)
    numbers = {zone: number for number, zone in enumerate(zones)}
    new = [_row(right, numbers, shows, doors, key) for right in rights]
    kept = (row for row in old.rows if row[:SERIAL] not in serials) if serials else old.rows
    return Packed(tuple(sorted([*kept, *new])), tuple(shows.values), tuple(doors.values))


def pack(*, head: Mapping[str, Any], rights: Iterable[Right], key: bytes, sign: Sign) -> bytes:
    """A signed bundle of these rights. ``head`` names the zones of the rows: ``row_zones``, or ``zones``."""
    rows = packed(zones=head.get("row_zones", head["zones"]), rights=rights, key=key)
    return signed(head=head, packed=rows, sign=sign)


def signed(*, head: Mapping[str, Any], packed: Packed, sign: Sign) -> bytes:
    """A signed bundle. ``head`` names the zones of the rows; the tables are added to it."""
    full = {**head, "rows": len(packed.rows), "show": packed.shows, "doors": packed.doors}
    text = json.dumps(full, ensure_ascii=False, separators=(",", ":")).encode()
    body = b"".join([MAGIC, struct.pack(">I", len(text)), text, *packed.rows])
    kid, signature = sign(hashlib.sha256(body).digest())
    return body + kid + signature


class _Table:
    """Values that many rows share, by number."""

    def __init__(self, values: Sequence[Any]) -> None:
        self.values = list(values)
        self._known = {
            json.dumps(value, sort_keys=True): number for number, value in enumerate(values)
        }

    def number(self, value: Any) -> int:
        text = json.dumps(value, sort_keys=True)
        if text not in self._known:
            self._known[text] = len(self.values)
            self.values.append(value)
        return self._known[text]


def _row(right: Right, zones: Mapping[str, int], shows: _Table, doors: _Table, key: bytes) -> bytes:
    return ROW.pack(
        tags.serial_hash(right.serial),
        tags.typed_tag(key, right.typed),
        right.document_tag,
        right.carrier_id.to_bytes(5, "big"),
        min(right.sequence, _MOST_SHORT),
        zones[right.zone],
        right.flags,
        _RULES[right.rule],
        min(right.entries_allowed, _MOST_BYTE),
        min(right.entries_used, _MOST_BYTE),
        min(right.reentry_days, _MOST_BYTE),
        shows.number(right.show),
        doors.number(list(right.doors_in)),
        doors.number(list(right.doors_out)),
        _seconds(right.valid_from),
        _seconds(right.valid_until),
        _seconds(right.entered_at),
        right.voucher_id.to_bytes(5, "big"),
    )


def _seconds(moment: datetime | None) -> int:
    return int(moment.timestamp()) if moment else 0
