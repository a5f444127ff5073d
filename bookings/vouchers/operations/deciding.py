"""What becomes of each scan of a group, one after another, in memory; nothing is written here."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple
from zoneinfo import ZoneInfo

from bookings.codes.queries import Superseded
from bookings.contracts import Direction
from bookings.vouchers.models import Pass
from bookings.vouchers.operations.held import Held
from bookings.vouchers.operations.refusals import (
    AlreadyUsed,
    Barred,
    HowMany,
    InsideAlready,
    NotAdmitted,
    NotEnough,
    NotInside,
    NotOurs,
    NotThisDoor,
    OnlyBeside,
    ReentryOver,
    RestUnpaid,
    TooEarly,
    TooLate,
    Voided,
    WrongPlace,
)
from bookings.vouchers.operations.scans import Scan
from bookings.vouchers.rules import Answer
from kernel.errors import Refusal
from kernel.naming import say


class Used(NamedTuple):
    """One passage to be written: by which voucher, and the number of its entry."""

    held: Held
    entry_no: int


@dataclass(slots=True)
class Verdict:
    """What was decided on one scan: who passes, who did so too often, and why not."""

    scan: Scan
    carrier: Pass
    main: list[Used] = field(default_factory=list)
    also: list[Used] = field(default_factory=list)
    surplus: list[Held] = field(default_factory=list)
    refusal: Refusal | None = None

    @property
    def used(self) -> list[Used]:
        """All passages that count."""
        return [*self.main, *self.also]


def decide(
    scan: Scan,
    carrier: Pass,
    holding: Sequence[Held],
    owing: Collection[int],
    *,
    is_old: bool,
    is_barred: bool,
) -> Verdict:
    """Decide one scan on what its pass holds; ``owing`` are lines with an unpaid rest before use.

    ``is_old``: the code was superseded. ``is_barred``: the pass is to be looked at first; what was let
    in without network is counted all the same. What passes is noted in ``holding``.
    """
    ours = [held for held in holding if _is_ours(scan, held)]
    verdict = Verdict(scan, carrier)
    chosen: Sequence[Held] = []
    try:
        if is_old:
            raise Superseded
        if is_barred and not scan.is_offline:
            raise Barred
        chosen = _choose(scan, carrier, ours, owing)
    except Refusal as refusal:
        verdict.refusal = refusal
        if scan.is_offline and isinstance(refusal, NotEnough | NotInside):
            chosen = _those_who_can(scan, ours, owing)
    verdict.main = [Used(held, held.go(scan)) for held in chosen]
    verdict.also = _beside(scan, ours, owing, len(chosen))
    if verdict.refusal is not None and scan.is_offline:
        verdict.surplus = _surplus(scan, carrier, ours, chosen)
    return verdict


def _is_ours(scan: Scan, held: Held) -> bool:
    """What the post's own house has sold; of its partners only what is used up here as well."""
    supplier_id = held.voucher.line.supplier_id
    if supplier_id == scan.post.organisation_id:
        return True
    return supplier_id in scan.post.partners and held.voucher.zone in scan.post.also


def _choose(
    scan: Scan, carrier: Pass, ours: Sequence[Held], owing: Collection[int]
) -> Sequence[Held]:
    """Who passes. :raises NotAdmitted: nobody, or not so many."""
    ready = [held for held in _here(scan, ours) if _opens(held, scan)]
    if not ready:
        raise why_not(scan, ours)
    paid = [held for held in ready if held.voucher.line_id not in owing]
    if not paid:
        raise RestUnpaid(voucher=ready[0].voucher)
    wanted = _wanted(scan, carrier, paid)
    if wanted > 1 and scan.asks_many and scan.persons is None:
        raise HowMany(voucher=paid[0].voucher, left=len(paid))
    if wanted > len(paid):
        is_out = scan.way is Direction.OUT
        raise (NotInside if is_out else NotEnough)(voucher=paid[0].voucher, left=len(paid))
    return sorted(paid, key=lambda held: held.turn)[:wanted]


def _here(scan: Scan, ours: Sequence[Held]) -> list[Held]:
    return [held for held in ours if held.voucher.zone == scan.post.zone]


def _opens(held: Held, scan: Scan) -> bool:
    return held.answer(scan, scan.post.door) is Answer.OPEN


def _wanted(scan: Scan, carrier: Pass, ready: Sequence[Held]) -> int:
    """How many pass: a named holder alone; of others as many as asked for, or all who are outside."""
    if carrier.traveller_id:
        return 1
    outside = sum(not held.standing.is_inside for held in ready)
    return scan.persons or outside or len(ready)


def _those_who_can(scan: Scan, ours: Sequence[Held], owing: Collection[int]) -> list[Held]:
    """Of a party that went in offline and was too large, those who count."""
    ready = [held for held in _here(scan, ours) if _opens(held, scan)]
    return [held for held in ready if held.voucher.line_id not in owing]


def _surplus(
    scan: Scan, carrier: Pass, ours: Sequence[Held], counted: Sequence[Held]
) -> list[Held]:
    """Whose vouchers they went by who went in too often: those of this place, the nearest first."""
    others = [held for held in _here(scan, ours) if held not in counted]
    many = 1 if carrier.traveller_id else max(1, (scan.persons or 1) - len(counted))
    return sorted(others, key=lambda held: (held.right.is_void, held.distance(scan.at)))[:many]


def _beside(scan: Scan, ours: Sequence[Held], owing: Collection[int], persons: int) -> list[Used]:
    """What the same scan uses in the zones beside the post's own: for each zone no more than enter."""
    used: list[Used] = []
    for zone in scan.zones[1:]:
        ready = [
            held
            for held in ours
            if held.voucher.zone == zone
            and held.answer(scan, None) is Answer.OPEN
            and held.voucher.line_id not in owing
        ]
        ready.sort(key=lambda held: held.turn)
        used += [Used(held, held.go(scan)) for held in ready[:persons]]
    return used


def why_not(scan: Scan, ours: Sequence[Held]) -> NotAdmitted:
    """The reason that helps most: of the voucher that comes nearest to this place and moment."""
    if not ours:
        return NotOurs()
    nearest = min(
        ours,
        key=lambda held: (
            held.right.is_void,
            held.voucher.zone != scan.post.zone,
            held.distance(scan.at),
        ),
    )
    return _reason(scan, nearest, nearest.voucher.line.order.region.tz)


def _reason(scan: Scan, held: Held, venue: ZoneInfo) -> NotAdmitted:
    voucher = held.voucher
    if held.right.is_void:
        voided_at = voucher.voided_at or scan.at
        return Voided(voucher=voucher, voided_at=voided_at.astimezone(venue))
    if voucher.zone != scan.post.zone:
        return _elsewhere(scan, held, venue)
    answer = held.answer(scan, scan.post.door)
    window = {
        "valid_from": held.right.valid_from.astimezone(venue),
        "valid_until": held.ends_at.astimezone(venue),
    }
    if answer in _WORDS_OF_WINDOW:
        return _WORDS_OF_WINDOW[answer](voucher=voucher, **window)
    if answer is Answer.NOT_THIS_DOOR:
        doors = held.right.doors_out if scan.way is Direction.OUT else held.right.doors_in
        return NotThisDoor(voucher=voucher, doors=tuple(doors))
    if answer is Answer.NOT_INSIDE:
        return NotInside(voucher=voucher, left=0)
    # Where and when the last passage was is looked up once for a whole group: see redeem.
    return (InsideAlready if answer is Answer.INSIDE_ALREADY else AlreadyUsed)(voucher=voucher)


_WORDS_OF_WINDOW = {
    Answer.TOO_EARLY: TooEarly,
    Answer.TOO_LATE: TooLate,
    Answer.REENTRY_OVER: ReentryOver,
}


def _elsewhere(scan: Scan, held: Held, venue: ZoneInfo) -> NotAdmitted:
    """Nothing of this place: what it is for, and whether that would have been used beside it."""
    line = held.voucher.line
    title = " · ".join(filter(None, [say(line.title), say(line.note)]))
    if held.voucher.zone in scan.zones and held.answer(scan, None) is Answer.OPEN:
        return OnlyBeside(voucher=held.voucher, title=title)
    starts_at = line.starts_at.astimezone(venue)
    return WrongPlace(voucher=held.voucher, title=title, starts_at=starts_at)
