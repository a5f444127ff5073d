"""One line with three stops and six departures on a Wednesday in October, and ways to buy rides."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest
from django.db import transaction

from bookings.contracts import Ask, Member
from bookings.fulfilment import operations as fulfilment
from bookings.orders import operations as orders
from bookings.orders.models import Order
from bookings.payments.models import Attempt, AttemptState
from tests.bookings.orders.test_settle import money
from tests.factories.kernel import RegionFactory
from tests.factories.tourism import person
from tests.factories.transport import shuttle_line
from transport.lines import operations as lines
from transport.lines.models import Run, ShuttleLine

AT = datetime(2026, 9, 20, 2, 0, tzinfo=UTC)
DAY = date(2026, 10, 14)
FARE = 3_000
"""From the first stop to the last, in fen; half of it to the middle."""


@pytest.fixture
def at() -> datetime:
    return AT


@pytest.fixture
def line(db: None) -> ShuttleLine:
    made = shuttle_line(RegionFactory())
    lines.create_runs(region=made.region, first=DAY, last=DAY)
    return made


@pytest.fixture
def runs(line: ShuttleLine) -> list[Run]:
    """Departures at 08:00, 09:00 … 13:00."""
    return list(Run.objects.filter(line=line).order_by("departs_at"))


@pytest.fixture
def run(runs: list[Run]) -> Run:
    return runs[0]


def ride(run: Run, riders: int = 1, *, board: int = 0, alight: int = 2, first: int = 1) -> Ask:
    party = tuple(person(number) for number in range(first, first + riders))
    return Ask("shuttle", f"{run.pk}:{board}:{alight}", party)


def wish(*asks: Ask, total_fen: int, actor: str = "guest:a") -> orders.PlaceRequest:
    region_id = Run.objects.get(pk=int(asks[0].ref.split(":")[0])).line.region_id
    return orders.PlaceRequest(
        actor=actor, request_key=uuid.uuid4().hex, region_id=region_id, asks=asks,
        shown_total_fen=total_fen, language="en", contact="16100000001",
    )  # fmt: skip


Sell = Callable[..., Order]


@pytest.fixture
def sell(db: None) -> Sell:
    """Place, pay and deliver a ride for so many riders."""

    def sold(run: Run, riders: int = 1, *, board: int = 0, alight: int = 2) -> Order:
        fen = riders * (FARE if alight - board == 2 else FARE // 2)
        order = orders.place(
            wish(ride(run, riders, board=board, alight=alight), total_fen=fen), at=AT
        )
        attempt = Attempt.objects.create(
            order=order, provider="sandbox", token=uuid.uuid4().hex, provider_ref="pay",
            amount_fen=fen, captured_fen=fen, currency="CNY", created_at=AT, ended_at=AT,
            state=AttemptState.SUCCEEDED,
        )  # fmt: skip
        with transaction.atomic():
            orders.settle(facts=money(order, attempt_id=attempt.pk), at=AT)
        fulfilment.deliver(order_id=order.pk, at=AT)
        return order

    return sold


def classes(*codes: str) -> tuple[Member, ...]:
    return tuple(Member(class_code=code) for code in codes)
