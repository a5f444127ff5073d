"""Scans arrive: once each, in any order, and what a gate did alone is judged afterwards.

A device that can ask lets the site decide. One that cannot has decided already: what it let in is
kept whatever the rules say, and where they do not count it an incident is opened. The same
(device, sequence) again gets the answer it got before. Only one thing may follow an answer: that it
never reached the device, which then let the person in by itself.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import IntegrityError, connection, transaction
from django.utils import translation

from bookings.contracts import Direction
from bookings.gates.models import GateDevice, GateScan, Outcome
from bookings.gates.operations import incidents
from bookings.gates.operations.telling import Told
from bookings.vouchers import operations as vouchers
from bookings.vouchers.models import Fallback
from bookings.vouchers.posts import Post
from kernel.errors import Refusal

_SYNCED = """
    UPDATE bookings_gates_gatedevice AS device
    SET synced = GREATEST(device.synced, (
        SELECT COALESCE(MAX(sequence), 0)
        FROM (
            SELECT sequence, device.synced + row_number() OVER (ORDER BY sequence) AS rank
            FROM bookings_gates_gatescan
            WHERE device_id = device.id AND sequence > device.synced
        ) AS after
        WHERE sequence = rank
    ))
    WHERE id = %s
"""


_SKEW_S = 5
"""By how much a phone's clock may be off."""
_ANY_SKEW_S = 10**9
"""A gate that was alone has judged the moment itself."""

_ANEW = (
    "at", "received_at", "carrier_id", "direction", "persons", "shown", "is_offline",
    "outcome", "reason", "answer",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class _Judged:
    """What the rules say of a scan."""

    outcome: Outcome
    answer: dict[str, Any]
    carrier_id: int | None = None
    persons: int = 1

    @property
    def reason(self) -> str:
        return str(self.answer.get("reason", ""))


def take_in(
    *, device: GateDevice, post: Post, scans: Sequence[Told], at: datetime
) -> list[dict[str, Any]]:
    """Take in a device's scans; an answer for each, in the given order."""
    try:
        return _take_in(device, post, scans, at)
    except IntegrityError:
        # Another request has told one of them meanwhile: its answer counts, and is read now.
        return _take_in(device, post, scans, at)


def _take_in(
    device: GateDevice, post: Post, scans: Sequence[Told], at: datetime
) -> list[dict[str, Any]]:
    numbers = [told.sequence for told in scans]
    known = {
        scan.sequence: scan for scan in GateScan.objects.filter(device=device, sequence__in=numbers)
    }
    fresh = {
        told.sequence: told
        for told in sorted(scans, key=lambda one: one.sequence)
        if told.sequence not in known or _was_not_heard(known[told.sequence], told)
    }
    judged = _judge(device, post, list(fresh.values()), at)
    with transaction.atomic():
        for told, verdict in zip(fresh.values(), judged, strict=True):
            known[told.sequence] = _noted(device, told, verdict, known.get(told.sequence), at)
        _write([known[sequence] for sequence in fresh], at)
        with connection.cursor() as cursor:
            cursor.execute(_SYNCED, [device.pk])
    return [{"seq": told.sequence, **known[told.sequence].answer} for told in scans]


def _was_not_heard(before: GateScan, told: Told) -> bool:
    """Whether the device let in on its own because our "no" did not reach it."""
    is_no = before.outcome == Outcome.REFUSED and not before.is_offline
    return is_no and told.is_offline and told.let_in


def _judge(device: GateDevice, post: Post, all_told: Sequence[Told], at: datetime) -> list[_Judged]:
    """What becomes of each scan; those that the vouchers must know of are decided together."""
    scans = [_scan(device, post, told, at) for told in all_told]
    shown = vouchers.resolve(scans)
    rows = list(zip(all_told, scans, shown, strict=True))
    asked = [(scan, who) for told, scan, who in rows if not _was_sent_away(told)]
    outcomes = iter(
        vouchers.redeem_shown([scan for scan, _who in asked], [who for _scan, who in asked], at=at)
    )
    return [
        _sent_away(told, who) if _was_sent_away(told) else _judged(told, next(outcomes), _pk(who))
        for told, _scan, who in rows
    ]


def _was_sent_away(told: Told) -> bool:
    return told.is_offline and not told.let_in


def _sent_away(told: Told, who: vouchers.Shown | Refusal) -> _Judged:
    return _Judged(Outcome.REFUSED, {"ok": False, "reason": told.reason[:30]}, _pk(who))


def _judged(told: Told, outcome: vouchers.Outcome, carrier_id: int | None) -> _Judged:
    if isinstance(outcome, Refusal):
        return _refused(told, outcome, carrier_id)
    persons = max(1, len(outcome.vouchers))
    if outcome.surplus:
        answer = {**_yes(outcome), "ok": False, "reason": outcome.reason[:30]}
        return _Judged(Outcome.UNCOUNTED, answer, carrier_id, told.persons or persons)
    return _Judged(Outcome.COUNTED, _yes(outcome), carrier_id, persons)


def _refused(told: Told, refusal: Refusal, carrier_id: int | None) -> _Judged:
    outcome = Outcome.UNCOUNTED if told.is_offline else Outcome.REFUSED
    return _Judged(outcome, _no(refusal), carrier_id)


def _scan(device: GateDevice, post: Post, told: Told, at: datetime) -> vouchers.Scan:
    return vouchers.Scan(
        post=told.post or post,
        actor=device.actor,
        request_key=f"gate-{device.pk}-{told.sequence}",
        at=min(told.at, at) if told.is_offline else at,
        text=told.text,
        carrier_id=told.carrier_id,
        skew_s=_ANY_SKEW_S if told.is_offline else _SKEW_S,
        persons=told.persons,
        direction=Direction(told.direction),
        is_offline=told.is_offline,
        fallback=Fallback(told.shown),
    )


def _pk(who: vouchers.Shown | Refusal) -> int | None:
    return None if isinstance(who, Refusal) else who.carrier.pk


def _noted(
    device: GateDevice, told: Told, judged: _Judged, before: GateScan | None, at: datetime
) -> GateScan:
    """The row of a scan: a new one, or the one of which the device has not heard."""
    row = before or GateScan(device=device, region_id=device.region_id, sequence=told.sequence)
    row.at, row.received_at = min(told.at, at), at
    row.carrier_id, row.persons = judged.carrier_id, judged.persons
    row.direction, row.shown, row.is_offline = told.direction, told.shown, told.is_offline
    row.outcome, row.reason, row.answer = judged.outcome, judged.reason, judged.answer
    return row


def _write(rows: Sequence[GateScan], at: datetime) -> None:
    """Write scans, and open the incidents among them.

    :raises IntegrityError: one of the new ones is there already.
    """
    for row in rows:
        if row.pk and not _write_again(row):
            raise IntegrityError(f"scan {row} was told twice at once")
    GateScan.objects.bulk_create([row for row in rows if not row.pk])
    for row in rows:
        if row.outcome == Outcome.UNCOUNTED:
            incidents.open_for(row, at=at)


def _write_again(row: GateScan) -> bool:
    """Whether a scan that was answered "no" could be written as one that was let in."""
    fields = {name: getattr(row, name) for name in _ANEW}
    return bool(GateScan.objects.filter(pk=row.pk, is_offline=False).update(**fields))


def _yes(done: vouchers.Redeemed) -> dict[str, Any]:
    people = [
        {
            **{name: v.show[name] for name in ("class", "check", "age") if name in v.show},
            "extras": v.extras,
        }
        for v in done.vouchers
    ]
    return {"ok": True, "people": people}


def _no(refusal: Refusal) -> dict[str, Any]:
    words = {}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            words[language] = refusal.reason
    return {"ok": False, "reason": refusal.code[:30], "words": words}
