"""A provider's day: payments and refunds of ours in the tables, and the rows that its file has of them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

from bookings.orders.models import Order
from bookings.payments.fakes.bills import WRITERS, Moved
from bookings.payments.models import Attempt, AttemptState, Purpose
from bookings.payments.providers.alipay import number_of
from bookings.refunds.models import Reason, Refund, RefundState

DAY = date(2026, 10, 3)
NOON = datetime(2026, 10, 3, 4, 0, tzinfo=UTC)
NEXT_MORNING = NOON + timedelta(hours=24)
BP = 60
RATES = {"alipay": (BP, 0), "stripe": (BP, 0)}
"""What the services keep by contract; WeChat Pay's file says it itself."""


@dataclass
class Day:
    """What we know, and what the file says of the same; a test changes either."""

    provider: str
    attempts: list[Attempt]
    refunds: list[Refund]
    rows: list[Moved]

    def file(self) -> bytes:
        return WRITERS[self.provider](self.rows, DAY)

    def change(self, place: int, **changes: object) -> None:
        self.rows[place] = replace(self.rows[place], **changes)


def day_of(order: Order, provider: str, payments: int, refunds: int) -> Day:
    """So many payments of one journey, and refunds of the first of them."""
    attempts = Attempt.objects.bulk_create(
        Attempt(
            order=order, purpose=Purpose.SHARE, purpose_id=n, provider=provider, token=f"{provider}-{n}",
            amount_fen=1000 + n % 700, captured_fen=1000 + n % 700, refunded_fen=100 * (n < refunds),
            currency="CNY", state=AttemptState.SUCCEEDED, created_at=at_of(n) - timedelta(minutes=2),
            ended_at=at_of(n) + timedelta(seconds=3),
        )
        for n in range(payments)
    )  # fmt: skip
    made = Refund.objects.bulk_create(
        Refund(
            order=order, attempt=attempts[n], key=f"{provider}:{n}", token=f"{provider}-back-{n}",
            amount_fen=100, reason=Reason.BUYER, state=RefundState.DONE, actor="guest:a",
            created_at=at_of(n) + timedelta(minutes=30), done_at=at_of(n) + timedelta(minutes=31),
        )
        for n in range(refunds)
    )  # fmt: skip
    spelled = number_of if provider == "alipay" else str
    rows = [
        Moved(f"{n}", spelled(a.token), a.captured_fen, at_of(n), fee(a.captured_fen))
        for n, a in enumerate(attempts)
    ]
    rows += [
        Moved(f"{n}:{n}b", spelled(r.payment.token), 100, at_of(n) + timedelta(minutes=30),
              0 if provider == "stripe" else -fee(100), spelled(r.token))
        for n, r in enumerate(made)
    ]  # fmt: skip
    return Day(provider, attempts, made, rows)


def at_of(n: int) -> datetime:
    """Within four hours from noon in China on."""
    return NOON + timedelta(seconds=n % 14_400)


def fee(fen: int) -> int:
    return (fen * BP + 5000) // 10_000
