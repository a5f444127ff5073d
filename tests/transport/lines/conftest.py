"""One line with three stops and six departures on a Wednesday in October, and ways to buy rides."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import transaction

from bookings.contracts import Ask, Member
from bookings.fulfilment import operations as fulfilment
from bookings.orders import operations as orders
from bookings.orders.models import Line, Order
from bookings.payments.models import Attempt, AttemptState
from tests.bookings.orders.test_settle import money
from tests.factories.kernel import RegionFactory
from tests.factories.tourism import person
from tests.factories.transport import shuttle_line
from transport.lines import operations as lines
from transport.lines.models import Connection, Run, ShuttleLine
from transport.trains import boards
from transport.trains.boards import BoardDown, State, Status

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


def ride(
    run: Run, riders: int = 1, *, board: int = 0, alight: int = 2, first: int = 1, more: str = ""
) -> Ask:
    party = tuple(person(number) for number in range(first, first + riders))
    return Ask("shuttle", f"{run.pk}:{board}:{alight}{more}", party)


def wish(*asks: Ask, total_fen: int, actor: str = "guest:a") -> orders.PlaceRequest:
    region_id = Run.objects.get(pk=int(asks[0].ref.split(":")[0])).line.region_id
    return orders.PlaceRequest(
        actor=actor, request_key=uuid.uuid4().hex, region_id=region_id, asks=asks,
        shown_total_fen=total_fen, language="en", contact="16100000001",
    )  # fmt: skip


Pay = Callable[..., Order]
Sell = Callable[..., Order]


@pytest.fixture
def pay(db: None) -> Pay:
    """Pay and deliver an order."""

    def paid(order: Order, at: datetime = AT) -> Order:
        attempt = Attempt.objects.create(
            order=order, provider="sandbox", token=uuid.uuid4().hex, provider_ref="pay",
            amount_fen=order.due_now_fen, captured_fen=order.due_now_fen, currency="CNY",
            created_at=at, ended_at=at, state=AttemptState.SUCCEEDED,
        )  # fmt: skip
        with transaction.atomic():
            orders.settle(facts=money(order, attempt_id=attempt.pk), at=at)
        fulfilment.deliver(order_id=order.pk, at=at)
        return order

    return paid


@pytest.fixture
def sell(pay: Pay) -> Sell:
    """Place, pay and deliver a ride for so many riders."""

    def sold(
        run: Run,
        riders: int = 1,
        *,
        board: int = 0,
        alight: int = 2,
        seats: str = "",
        train: str = "",
    ) -> Order:
        fen = riders * (FARE if alight - board == 2 else FARE // 2)
        more = (f":{seats}" if seats else "") + (f"::{train}" if train else "")
        asked = ride(run, riders, board=board, alight=alight, more=more)
        return pay(orders.place(wish(asked, total_fen=fen), at=AT))

    return sold


def classes(*codes: str) -> tuple[Member, ...]:
    return tuple(Member(class_code=code) for code in codes)


MINUTE = timedelta(minutes=1)
TRANSFER = 20


class Rail:
    """A service that says what it was told to say; ``minutes`` late, None: it does not run."""

    def __init__(self, scheduled: datetime) -> None:
        self.scheduled, self.minutes = scheduled, 0
        self.is_down, self.asked = False, 0

    def status(self, train_no: str, service_date: date, station: str) -> Status:
        self.asked += 1
        if self.is_down:
            raise BoardDown
        if self.minutes is None:
            return Status(self.scheduled, None, State.CANCELLED)
        state = State.LATE if self.minutes else State.ON_TIME
        return Status(self.scheduled, self.scheduled + self.minutes * MINUTE, state)


@pytest.fixture
def connection(line: ShuttleLine) -> Connection:
    place = line.patterns.get().stops.get(seq=0).place
    return Connection.objects.create(
        line=line, place=place, station="黄山北", train_number="G3027", transfer_min=TRANSFER,
        arrives_s=7 * 3600 + 30 * 60,
    )  # fmt: skip


@pytest.fixture
def rail(run: Run, connection: Connection, monkeypatch: pytest.MonkeyPatch) -> Rail:
    """G3027 arrives half an hour before the first run."""
    made = Rail(run.departs_at - 30 * MINUTE)
    monkeypatch.setattr(boards, "find", lambda: made)
    return made


@pytest.fixture
def comes(sell):
    """Somebody who rides and has named the train."""

    def bought(run: Run, riders: int = 1) -> Order:
        order = sell(run, riders)
        lines.name_train(line=Line.objects.get(order=order), number="g3027 ", at=AT)
        return order

    return bought


@pytest.fixture
def soon(run: Run) -> datetime:
    """Two hours before the first run: the time at which trains are asked about."""
    return run.departs_at - timedelta(hours=2)
