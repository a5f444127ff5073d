"""Keep in mind which free visits somebody has by name, and when one is used after all."""

from __future__ import annotations

from collections.abc import Sequence

from django.db.models import Exists, OuterRef

from accounts.travellers import queries as travellers
from bookings.contracts import Part
from bookings.noshows.models import FreeVisit, Rule, State
from bookings.orders.models import Line
from bookings.vouchers.models import Pass, Voucher


def watch(*, line_id: int) -> int:
    """Note the named people of a delivered line who pay nothing, where its supplier has a rule."""
    line = Line.objects.select_related("order__region").get(pk=line_id)
    free = [part for part in line.open_parts if part.price_fen == 0 and part.traveller_id]
    if not free or not Rule.objects.filter(organisation=line.supplier_id).exists():
        return 0
    return len(FreeVisit.objects.bulk_create(_visits(line, free), ignore_conflicts=True))


def note_use(*, line_id: int, part_key: str) -> None:
    """Somebody came, also where it was told late: what counted as missed counts no more.

    Where their scan was taken back they have not come after all: it is decided anew. Looked up as it
    stands, so that it does not matter which of the two is heard of first.
    """
    visit = FreeVisit.objects.filter(line=line_id, part_key=part_key)
    used = Voucher.objects.filter(line=line_id, part_key=part_key, entries_used__gt=0)
    if used.exists():
        visit.filter(state__in=(State.OPEN, State.MISSED)).update(state=State.CAME)
    else:
        visit.filter(state=State.CAME).update(state=State.OPEN, decided_at=None)


def follow(*, pass_id: int) -> int:
    """Watch whose a pass is now, in the free visits to come that it carries; how many."""
    carrier = Pass.objects.get(pk=pass_id)
    found = travellers.by_ids([carrier.traveller_id])
    if not found:
        return 0
    mine = Voucher.objects.filter(
        carrier=carrier, line=OuterRef("line"), part_key=OuterRef("part_key")
    )
    lines = Voucher.objects.filter(carrier=carrier).values("line_id")
    rows = FreeVisit.objects.filter(Exists(mine), line__in=lines, state=State.OPEN)
    return rows.update(document_index=found[0].index, holder=found[0].name)


def _visits(line: Line, free: Sequence[Part]) -> list[FreeVisit]:
    people = {one.traveller_id: one for one in travellers.by_ids([p.traveller_id for p in free])}
    keys = [part.key for part in free]
    last = {}
    for voucher in Voucher.objects.filter(line=line, part_key__in=keys).order_by("valid_until"):
        last[voucher.part_key] = voucher
    return [
        FreeVisit(
            organisation_id=line.supplier_id,
            region_id=line.region_id,
            line=line,
            part_key=part.key,
            document_index=people[part.traveller_id].index,
            holder=people[part.traveller_id].name,
            zone=last[part.key].zone,
            day=line.order.region.local_date(line.starts_at),
            until=last[part.key].valid_until,
        )
        for part in free
        if part.key in last and part.traveller_id in people
    ]
