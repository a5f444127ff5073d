"""A run is late or called off, and what has become of its riders."""

from __future__ import annotations

from datetime import timedelta

from accounts.messages import opening
from accounts.messages.models import Message
from bookings.inventory import queries as inventory
from bookings.orders.models import Line, Order
from bookings.refunds.models import Refund
from kernel.audit.models import Entry
from kernel.outbox import operations as outbox
from kernel.outbox.models import Event
from tests.transport.lines.conftest import AT
from transport.lines import disrupted
from transport.lines import operations as lines
from transport.lines.models import AffectedRide, Disruption, Run

SNOW = lines.Reason(zh="道路积雪。", en="Snow on the road.")
MINUTE = timedelta(minutes=1)


def late(run: Run, minutes: int, at=AT) -> Disruption | None:
    made = lines.announce_delay(run=run, delay_s=minutes * 60, reason=SNOW, actor="user:1", at=at)
    outbox.drain(at=at)
    return made


def call_off(run: Run, at=AT) -> None:
    lines.cancel_run(run=run, actor="user:1", reason=SNOW, at=at)
    outbox.drain(at=at)


def line_of(order: Order) -> Line:
    return Line.objects.get(order=order)


def row_of(order: Order) -> AffectedRide:
    row = disrupted.affected_ride(line_of(order))
    assert row is not None
    return row


def told(kind: str) -> list[str]:
    rows = Message.objects.filter(kind=f"transport.lines.{kind}").order_by("pk")
    return [opening.body_of(message) for message in rows]


def taken(run: Run) -> list[int]:
    counts = inventory.counts(run.segments)
    return [counts[bucket][1] for bucket in run.segments]


def everything() -> tuple[int, ...]:
    return (
        Disruption.objects.count(), AffectedRide.objects.count(), Entry.objects.count(),
        Event.objects.count(), Message.objects.count(), Refund.objects.count(),
    )  # fmt: skip


def called_off_order(run: Run, sell) -> Order:
    order = sell(run)
    call_off(run)
    return order
