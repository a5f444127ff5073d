"""The evening before: look at everybody who comes, keep what was found, tell who has to do something."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.db import transaction

from accounts.messages import operations as messages
from accounts.travellers import operations as book
from bookings.news.operations import note, what
from bookings.orders.models import Order
from bookings.prechecks import kinds, queries
from bookings.prechecks.models import Check
from bookings.prechecks.queries import Look
from kernel.places.models import Region

_AT_ONCE = 500


def look_ahead(*, region: Region, at: datetime) -> int:
    """From the region's hour on: look once at each voucher of the next day; at how many.

    Whoever has not been compared with the register yet is asked about first, outside any transaction.
    What is booked or moved later in the evening is looked at then.
    """
    tomorrow, looked = region.local_date(at) + timedelta(days=1), 0
    if at < queries.begins(region, tomorrow):
        return 0
    while found := queries.unchecked(region, tomorrow, most=_AT_ONCE):
        book.ask_now({voucher.carrier.traveller_id for voucher in found} - {0}, at=at)
        _keep(queries.look(found, at=at), tomorrow, at)
        looked += len(found)
    return looked


def settle(*, pass_id: int, at: datetime) -> int:
    """Note of a pass which of its vouchers have nothing missing any more; how many."""
    whole = [
        each.voucher.pk
        for each in queries.look(queries.of_pass(pass_id), at=at)
        if not each.is_short
    ]
    open_checks = Check.objects.filter(voucher__in=whole, is_short=True, settled_at__isnull=True)
    return open_checks.update(settled_at=at)


def _keep(looks: Sequence[Look], day: date, at: datetime) -> None:
    rows = [
        Check(
            voucher=each.voucher,
            region_id=each.voucher.region_id,
            day=day,
            found=list(each.findings),
            is_short=each.is_short,
            checked_at=at,
        )
        for each in looks
    ]
    with transaction.atomic():
        Check.objects.bulk_create(rows, ignore_conflicts=True)
        messages.tell(_notes([each for each in looks if each.is_short], day), at=at)


def _notes(looks: Sequence[Look], day: date) -> list[messages.Note]:
    """One for each journey and day, to its buyer."""
    journeys: dict[int, list[Look]] = defaultdict(list)
    for each in looks:
        journeys[each.voucher.carrier.order_id].append(each)
    return [_note(several[0].voucher.carrier.order, several, day) for several in journeys.values()]


def _note(order: Order, looks: Sequence[Look], day: date) -> messages.Note:
    lines = list({each.voucher.line_id: each.voucher.line for each in looks}.values())
    first = min(line.starts_at for line in lines)
    facts = {"what": what(lines), "when": first.astimezone(order.region.tz)}
    return note(
        order, kinds.SHORT, f"{order.pk}:{day}", facts, good_until=first,
        link=messages.Link("prechecks:page", (order.token,)),
    )  # fmt: skip
