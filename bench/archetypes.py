"""One real order of every kind, played through the real operations: what bench.past copies.

Each is played with every sequence of the database moved to a range of its own, so that whatever it
leaves, in whatever table, is known by its ids.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.conf import settings
from django.db import connection

from bench.people import Buyer, make_buyers
from bookings import registry
from bookings.checkout import queries as checkout
from bookings.orders import operations as orders
from bookings.orders.models import Order
from bookings.payments import operations as payments
from bookings.payments.providers import sandbox
from bookings.pricing import groups as pricing
from config import rehearsal
from kernel.errors import Refusal
from kernel.outbox import operations as outbox
from kernel.places.models import Region
from tourism.tickets import operations as tickets
from tourism.tickets.models import EntryDay, Slot

CALENDAR, SLOTS, DAYS = 10_000_000_000, 10_500_000_000, 10_700_000_000
"""First ids of the buckets of the day that the archetypes are bought for, of its entry times and its days."""
FIRST, RANGE = 11_000_000_000, 100
"""The first id of the first archetype in every table; ids that each archetype has there."""

USED, CONFIRMED, LAPSED, REFUNDED = "used", "confirmed", "lapsed", "refunded"
AHEAD_DAYS = 9
"""They are bought for a day that nobody else in a bench buys for."""


@dataclass(frozen=True, slots=True)
class Archetype:
    """One order that was played. ``visit``: all moments from then on belong to the visit."""

    number: int
    outcome: str
    slot: Slot
    visit: datetime

    @property
    def ids(self) -> range:
        """Every id that it has in any table."""
        first = FIRST + self.number * RANGE
        return range(first, first + RANGE)


def play(
    region: Region, wanted: Sequence[tuple[int, str]], *, people: int, at: datetime
) -> list[Archetype]:
    """Play an order for each (product id, outcome), all for the same day, bought at ``at``.

    ``people`` is how many persons exist already.
    """
    day = region.local_date(at) + timedelta(days=AHEAD_DAYS)
    count_from(CALENDAR)
    count_from(SLOTS, of=Slot._meta.db_table)
    count_from(DAYS, of=EntryDay._meta.db_table)
    tickets.create_days(product_ids=sorted({pk for pk, _ in wanted}), first=day, last=day)
    slots: dict[int, Slot] = {}
    for slot in Slot.objects.filter(pk__gte=CALENDAR).select_related("day").order_by("starts_at"):
        slots.setdefault(slot.product_id, slot)
    visit = region.at(day, time(0))
    played = []
    with rehearsal.sandbox():
        for number, (product_id, outcome) in enumerate(w for w in wanted if w[0] in slots):
            archetype = Archetype(number, outcome, slots[product_id], visit)
            count_from(archetype.ids[0])
            [buyer] = make_buyers(1, at=at, first=people + number)
            _play(region, archetype, buyer, at)
            played.append(archetype)
    return played


def count_from(first: int, *, of: str = "") -> None:
    """Let every table, or this one, give ``first`` to its next row."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT setval(format('%%I.%%I', schemaname, sequencename), %s, false)"
            " FROM pg_sequences WHERE data_type = 'bigint'::regtype AND sequencename ^@ %s",
            [first, of],
        )


def _play(region: Region, archetype: Archetype, buyer: Buyer, at: datetime) -> None:
    order = _place(region, archetype, buyer, at)
    if archetype.outcome == LAPSED:
        due = at + orders.HOLD_FOR
        orders.lapse_due(at=due, bucket_ids={archetype.slot.bucket_id})
        outbox.drain(at=due)
        return
    if archetype.outcome == REFUNDED:
        buyer_at = payments.Buyer("")
        attempt = payments.pay_by(order=order, provider="sandbox", at=at, buyer=buyer_at)
        rehearsal.pay(attempt, at)
        rehearsal.cancel(order, at, parts=1)
        return
    _pay(order, at)
    if archetype.outcome == USED:
        rehearsal.use(order, at)


def _place(region: Region, archetype: Archetype, buyer: Buyer, at: datetime) -> Order:
    actor = f"user:{buyer.user_id}"
    items = (checkout.Wanted("ticket", str(archetype.slot.pk)),)
    asks = tuple(checkout.asks_for(items, {buyer.traveller_id: ""}, [actor]))
    [answer] = registry.offer_all(asks, at=at)
    if isinstance(answer, Refusal):
        raise answer
    request = orders.PlaceRequest(
        actor=actor,
        request_key=f"past-{buyer.user_id}",
        region_id=region.pk,
        asks=asks,
        shown_total_fen=sum(offer.price_fen for offer in pricing.price_together(answer)),
        language="zh-hans",
        contact=f"162{archetype.number:08d}",
        user_id=buyer.user_id,
    )
    return orders.place(request, at=at)


def _pay(order: Order, at: datetime) -> None:
    """The provider's notice says that the money is there."""
    attempt = payments.pay_by(order=order, provider="sandbox", at=at, buyer=payments.Buyer(""))
    body = {
        "id": f"evt-{order.pk}",
        "kind": "payment.succeeded",
        "payment": {
            "id": attempt.provider_ref,
            "token": attempt.token,
            "status": "SUCCEEDED",
            "amount": attempt.amount_fen,
            "currency": attempt.currency,
            "live": False,
            "captured": attempt.amount_fen,
            "refunded": 0,
        },
    }
    raw, at_s = json.dumps(body).encode(), int(at.timestamp())
    signature = sandbox.sign(
        settings.PAYMENT_PROVIDERS["sandbox"]["SANDBOX_PROVIDER_SECRET"], at_s, raw
    )
    headers = {sandbox.SIGNATURE: f"t={at_s},v1={signature}"}
    payments.hear(provider="sandbox", raw=raw, headers=headers, at=at)
    outbox.drain(at=at)
