"""All that follows from passages that were decided: a handful of statements for any number of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from bookings.contracts import Direction
from bookings.ledger import operations as ledger
from bookings.orders import operations as orders
from bookings.orders.models import Line
from bookings.vouchers.models import Redemption, Voucher, Why
from bookings.vouchers.operations import beside, steps
from bookings.vouchers.operations.deciding import Used, Verdict
from bookings.vouchers.operations.held import Held
from bookings.vouchers.operations.scans import Scan
from kernel.outbox import operations as outbox

_USE = """
    UPDATE bookings_vouchers_voucher AS voucher
    SET entries_used = wish.used, is_inside = wish.inside, entered_at = wish.entered,
        state = CASE WHEN voucher.rule = 'COUNTED' AND wish.used = voucher.entries_allowed
            THEN 'USED' ELSE 'ACTIVE' END,
        expired_at = CASE WHEN wish.used > voucher.entries_used THEN NULL
            ELSE voucher.expired_at END
    FROM unnest(
        %s::bigint[], %s::int[], %s::bool[], %s::int[], %s::bool[], %s::timestamptz[],
        %s::text[], %s::timestamptz[]
    ) AS wish(id, seen_used, seen_inside, used, inside, entered, actor, at)
    WHERE voucher.id = wish.id AND voucher.state <> 'VOIDED'
        AND voucher.entries_used = wish.seen_used AND voucher.is_inside = wish.seen_inside
"""


class MovedMeanwhile(Exception):
    """A voucher is no longer as it was seen: nothing may be written, all is decided again."""


def write(verdicts: Sequence[Verdict], at: datetime) -> dict[int, Redemption]:
    """Write what was decided; the first passage of each verdict by the verdict's place.

    Runs in a transaction, with the lines locked. :raises MovedMeanwhile: the transaction must end.
    """
    passed = [(verdict, used) for verdict in verdicts for used in verdict.used]
    use([used.held for _verdict, used in passed])
    rows = Redemption.objects.bulk_create([_redemption(v.scan, used) for v, used in passed])
    _book([used.held.voucher for v, used in passed if v.scan.way is Direction.IN], at)
    outbox.record_many(
        [
            outbox.News("bookings.voucher.redeemed", f"redeemed:{row.pk}", facts_of(row))
            for row in rows
        ],
        at=at,
    )
    firsts: dict[int, Redemption] = {}
    for (verdict, _used), row in zip(passed, rows, strict=True):
        firsts.setdefault(id(verdict), row)
    return firsts


def use(helds: Sequence[Held]) -> None:
    """Bring every voucher to where it was decided to stand, if it still stands where it was seen."""
    moved = {held.voucher.pk: held for held in helds}
    if not moved:
        return
    rows = [_wish(held) for _pk, held in sorted(moved.items())]
    wishes = [list(column) for column in zip(*rows, strict=True)]
    if steps.take(_USE, wishes, why=Why.PASSED, actor="wish.actor", at="wish.at") != len(rows):
        raise MovedMeanwhile
    for held in moved.values():
        held.write_back()


def _wish(held: Held) -> tuple[object, ...]:
    assert held.last is not None, "nobody has passed by it"
    return (
        held.voucher.pk,
        held.seen.entries,
        held.seen.is_inside,
        held.standing.entries,
        held.standing.is_inside,
        held.standing.entered_at,
        held.last.actor,
        held.last.at,
    )


def facts_of(row: Redemption) -> dict[str, object]:
    """What is told of a passage: ids and keys, never who it was."""
    voucher = row.voucher
    return {
        "redemption_id": row.pk,
        "voucher_id": voucher.pk,
        "line_id": voucher.line_id,
        "order_id": voucher.line.order_id,
        "part_key": voucher.part_key,
        "zone": row.zone,
        "door": row.door,
        "direction": row.direction,
        "persons": 1,
        "region_id": row.region_id,
        "at": row.at.isoformat(),
    }


def use_key(voucher: Voucher) -> str:
    """The books' key of the use of a voucher's part: once a part, however many vouchers it has.

    A use that was taken back can be booked again, under a key of its own.
    """
    return beside.key_of(voucher.line_id, voucher.part_key, voucher.taken_back)


def _redemption(scan: Scan, used: Used) -> Redemption:
    voucher = used.held.voucher
    return Redemption(
        voucher=voucher,
        region_id=voucher.region_id,
        entry_no=used.entry_no,
        zone=voucher.zone,
        door=scan.post.door,
        place=dict(scan.post.title),
        direction=scan.way,
        actor=scan.actor,
        request_key=scan.request_key,
        fallback=scan.fallback,
        is_offline=scan.is_offline,
        at=scan.at,
    )


def _book(vouchers: Sequence[Voucher], at: datetime) -> None:
    """The supplier has earned every part that is used for the first time, and what goes along with it
    and has no voucher of its own; the line knows of it."""
    fresh = {
        use_key(voucher): (voucher.line, voucher.part_key)
        for voucher in vouchers
        if voucher.part_key not in voucher.line.used_parts
    }
    fresh |= beside.uses({line.pk: line for line, _part_key in fresh.values()})
    ledger.post_many([_entry(key, *part, at) for key, part in fresh.items()])
    orders.mark_used((line.pk, part_key) for line, part_key in fresh.values())


def _entry(key: str, line: Line, part_key: str, at: datetime) -> ledger.NewEntry:
    part = next(part for part in line.frozen_parts if part.key == part_key)
    return ledger.NewEntry(
        key=key,
        subject=line.order.subject,
        memo="used by the holder",
        postings=[
            (f"supplier:{line.supplier_id}", part.claim_fen),
            (f"revenue:{line.supplier_id}", -part.claim_fen),
        ],
        region_id=line.region_id,
        currency=line.order.currency,
        at=at,
    )
