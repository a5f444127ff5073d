"""Vouchers come into being when a line is delivered, and are void when a part is cancelled."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta

from django.db.models import Value
from django.db.models.functions import Greatest, Least

from accounts.travellers import queries as travellers
from bookings.contracts import Entitlement
from bookings.orders.models import Line
from bookings.vouchers import identity
from bookings.vouchers.models import Pass, State, Voucher, Why
from bookings.vouchers.operations import steps
from kernel import codes
from kernel.outbox import operations as outbox

_SLACK = timedelta(days=1)
"""A code is good a day longer on both sides than any voucher: readers' clocks and time zones."""

_TAIL = 4

_VOID = """
    UPDATE bookings_vouchers_voucher AS voucher SET state = 'VOIDED', voided_at = %s
    WHERE line_id = %s AND part_key = ANY(%s) AND state = 'ACTIVE' AND entries_used = 0
"""
_MOVE = """
    UPDATE bookings_vouchers_voucher AS voucher
    SET valid_from = %s, valid_until = %s, expired_at = NULL, zone = coalesce(nullif(%s, ''), zone)
    WHERE line_id = %s AND state = 'ACTIVE'
"""


def issue(*, line: Line, entitlements: Sequence[Entitlement], at: datetime) -> None:
    """Issue a line's vouchers onto the travellers' passes; what was issued before stays as it is.

    Runs in fulfilment's transaction, with the order's row locked.
    """
    if not entitlements:
        return
    carriers = _passes(line, entitlements, at)
    known = {each.traveller_id: each.check for each in travellers.by_ids(set(carriers) - {0})}
    Voucher.objects.bulk_create(
        [
            _voucher(carriers[each.traveller_id], line, each, known.get(each.traveller_id, ""), at)
            for each in entitlements
        ],
        ignore_conflicts=True,
    )
    steps.begin(line_id=line.pk, actor="system", at=at)


def void(
    *,
    line: Line,
    part_keys: Collection[str],
    at: datetime,
    actor: str = "system",
    why: Why = Why.CANCELLED,
) -> int:
    """Make the unused vouchers of these parts void; return how many. Used ones stay used."""
    return steps.take_all(_VOID, [at, line.pk, list(part_keys)], why=why, actor=actor, at=at)


def move(
    *, line: Line, opens_at: datetime, closes_at: datetime, at: datetime, zone: str = ""
) -> int:
    """Let a line's unused vouchers in at another time; return how many. Its passes last as long.

    With ``zone`` they let in there instead of where they did. What has expired at its old time is good
    again. Gates hear of it by "bookings.voucher.moved", those of the zones that were left as well.
    """
    left = Voucher.objects.filter(line=line, state=State.ACTIVE).exclude(zone=zone)
    left_zones = sorted(set(left.values_list("zone", flat=True))) if zone else []
    passes = Pass.objects.filter(order_id=line.order.root_id, vouchers__line=line).values("pk")
    Pass.objects.filter(pk__in=passes).update(
        first_day=Least("first_day", Value(opens_at.date() - _SLACK)),
        last_day=Greatest("last_day", Value(closes_at.date() + _SLACK)),
    )
    window = [opens_at, closes_at, zone, line.pk]
    moved = steps.take_all(_MOVE, window, why=Why.MOVED, actor="system", at=at)
    outbox.record(
        name="bookings.voucher.moved",
        key=f"moved:{line.pk}:{codes.new_token()}",
        facts={"line_id": line.pk, "order_id": line.order_id}
        | ({"left_zones": left_zones} if left_zones else {}),
        at=at,
    )
    return moved


def void_cancelled(*, line_id: int, at: datetime) -> None:
    """Make the vouchers of a line's parts void that were changed for something else."""
    line = Line.objects.get(pk=line_id)
    void(line=line, part_keys=line.cancelled_parts, at=at, why=Why.CHANGED)


def show_check(*, traveller_id: int, at: datetime) -> int:
    """Let gates see what is known now of a traveller's name and number; how many vouchers say it.

    Gates that carry a list hear of it by the pass.
    """
    known = {each.traveller_id: each.check for each in travellers.by_ids([traveller_id])}
    if traveller_id not in known:
        return 0
    found = Voucher.objects.filter(
        carrier__traveller_id=traveller_id, state=State.ACTIVE, show__has_key=identity.BY_NAME
    )
    vouchers = list(found.order_by("pk").select_for_update(no_key=True, of=("self",)))
    for voucher in vouchers:
        voucher.show = identity.shown(voucher.show, known[traveller_id])
    Voucher.objects.bulk_update(vouchers, ["show"])
    for pass_id in sorted({voucher.carrier_id for voucher in vouchers}):
        outbox.record(
            name="bookings.pass.checked",
            key=f"checked:{pass_id}:{at.isoformat()}",
            facts={"pass_id": pass_id},
            at=at,
        )
    return len(vouchers)


def _voucher(
    carrier: Pass, line: Line, entitlement: Entitlement, check: str, at: datetime
) -> Voucher:
    return Voucher(
        carrier=carrier,
        line=line,
        region_id=line.region_id,
        part_key=entitlement.part_key,
        zone=entitlement.zone,
        valid_from=entitlement.valid_from,
        valid_until=entitlement.valid_until,
        entries_allowed=entitlement.entries,
        doors_in=list(entitlement.doors_in),
        doors_out=list(entitlement.doors_out),
        rule=entitlement.rule,
        reentry_days=entitlement.reentry_days,
        extras=[dict(words) for words in entitlement.extras],
        show=identity.shown(entitlement.show, check),
        issued_at=at,
    )


def _passes(line: Line, entitlements: Sequence[Entitlement], at: datetime) -> dict[int, Pass]:
    """The journey's pass of every traveller named, made or made to last longer as needed."""
    traveller_ids = {entitlement.traveller_id for entitlement in entitlements}
    ends = (each.valid_until + timedelta(days=each.reentry_days) for each in entitlements)
    last_day = max(ends).date() + _SLACK
    passes = Pass.objects.filter(order_id=line.order.root_id, traveller_id__in=traveller_ids)
    known = set(passes.values_list("traveller_id", flat=True))
    passes.update(last_day=Greatest("last_day", Value(last_day)))
    _make_passes(line, sorted(traveller_ids - known), at.date() - _SLACK, last_day)
    return {each.traveller_id: each for each in passes.all()}


def _make_passes(line: Line, traveller_ids: list[int], first_day: date, last_day: date) -> None:
    people = {each.traveller_id: each for each in travellers.by_ids(traveller_ids)}
    made = []
    for traveller_id in traveller_ids:
        person = people.get(traveller_id)
        made.append(
            Pass(
                order_id=line.order.root_id,
                region_id=line.region_id,
                traveller_id=traveller_id,
                holder=person.name if person else "",
                document_tail=tail_of(person) if person else "",
                first_day=first_day,
                last_day=last_day,
            )
        )
    Pass.objects.bulk_create(made)


def tail_of(person: travellers.Person) -> str:
    """The end of the masked document number, for boarding lists."""
    return person.masked[-_TAIL:].strip("*")
