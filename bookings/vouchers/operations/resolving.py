"""Whose code it is: the passes of scanned, typed or verified codes, a whole group in few statements."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q

from bookings.codes import operations as numbers
from bookings.codes import queries as issuers
from bookings.codes import wire
from bookings.vouchers.models import SHORT_CODE, Fallback, Pass
from bookings.vouchers.operations.refusals import UnknownCode
from bookings.vouchers.operations.scans import Scan
from kernel import codes
from kernel.errors import Refusal

_SIX_DIGITS = re.compile(r"[0-9]{6}", re.ASCII)


@dataclass(frozen=True, slots=True)
class _Named:
    """How a scan names its pass: by a code's serial and its sequence, by the short code, or by its id.

    ``fallback``: how it was shown, where the code itself says so.
    """

    key: UUID | str | int
    sequence: int | None = None
    fallback: Fallback | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """A pass, and by which of its codes it was shown: of this sequence, or by no code that has one.

    ``fallback``: how it was shown, where the code itself says so.
    """

    carrier: Pass
    sequence: int | None = None
    fallback: Fallback | None = None


def resolve(scans: Sequence[Scan]) -> list[Shown | Refusal]:
    """The pass of each scan, or why there is none."""
    keys = issuers.public_keys() if any(_is_signed(scan) for scan in scans) else {}
    names = [_named(scan, keys) for scan in scans]
    passes = _passes([name for name in names if isinstance(name, _Named)])
    return [name if isinstance(name, Refusal) else _found(name, passes) for name in names]


def superseded(shown: Collection[Shown], now: Mapping[int, Pass]) -> set[Shown]:
    """Those whose code has had a newer one since; ``now`` are their passes, read again.

    Asked with the lines locked: who hands a pass over has locked them, too, so a code that was read
    before is dead when that has ended.
    """
    numbered = {each.carrier.serial for each in shown if each.sequence is not None}
    least = issuers.sequences(numbered)
    return {each for each in shown if _is_old(each, least, now.get(each.carrier.pk))}


def _is_old(shown: Shown, least: Mapping[UUID, int], now: Pass | None) -> bool:
    if shown.sequence is not None:
        return shown.sequence < least[shown.carrier.serial]
    return now is not None and now.short_code != shown.carrier.short_code


def _is_signed(scan: Scan) -> bool:
    shown = _shown(scan)
    return shown.startswith(wire.PREFIX) and len(shown) > SHORT_CODE


def _shown(scan: Scan) -> str:
    return "".join(scan.text.split()).upper()


def _named(scan: Scan, keys: Mapping[bytes, bytes]) -> _Named | Refusal:
    try:
        return _by_text(_shown(scan), scan, keys) if scan.text else _Named(scan.carrier_id)
    except Refusal as refusal:
        return refusal


def _by_text(text: str, scan: Scan, keys: Mapping[bytes, bytes]) -> _Named:
    """A signed code, six digits, or the short code. Digits die with the code before them."""
    if _is_signed(scan):
        facts = wire.read(text, keys=keys, at=scan.at, skew_s=scan.skew_s)
        fallback = Fallback.PAPER if facts.is_static else None
        return _Named(UUID(bytes=facts.serial), facts.sequence, fallback)
    if _SIX_DIGITS.fullmatch(text):
        if scan.is_offline:  # no gate can know them alone
            raise UnknownCode
        opened = numbers.open_digits(digits=text, post=scan.post.key, at=scan.at)
        return _Named(opened.serial, opened.sequence, Fallback.DIGITS)
    return _Named(codes.normalise(text))


def _passes(names: Sequence[_Named]) -> dict[UUID | str | int, Pass]:
    """The passes by serial, by short code and by id."""
    if not names:
        return {}
    wanted = Q(pk__in={name.key for name in names if isinstance(name.key, int)})
    wanted |= Q(serial__in={name.key for name in names if isinstance(name.key, UUID)})
    wanted |= Q(short_code__in={name.key for name in names if isinstance(name.key, str)})
    return {
        key: row
        for row in Pass.objects.filter(wanted)
        for key in (row.pk, row.serial, row.short_code)
    }


def _found(name: _Named, passes: Mapping[UUID | str | int, Pass]) -> Shown | Refusal:
    carrier = passes.get(name.key)
    if carrier is None:
        return UnknownCode()
    return Shown(carrier, name.sequence, name.fallback)
