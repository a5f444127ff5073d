"""Settlement: a month of many suppliers' earnings, told, commission taken, put on statements and sent."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from accounts.organisations.models import Organisation
from bookings.ledger import operations as ledger
from bookings.ledger.models import Posting
from bookings.orders.models import Line, Order, State
from bookings.settlement import operations as settlement
from bookings.settlement.models import Statement
from bookings.settlement.operations.statements import month_end
from kernel import clock
from kernel.places.models import Region

SUPPLIERS, SOLD = 50, 50_500
"""A sold line is a row for its use and one for the commission on it."""
_BATCH = 2_000


def figures(region: Region, *, suppliers: int = SUPPLIERS, sold: int = SOLD) -> dict[str, Any]:
    """Rows of statements a second, from the ledger alone to what is sent; on a throw-away database.

    What it sells has no vouchers: invariants of delivery do not hold there afterwards.
    """
    at = clock.now()
    month = (region.local_date(at).replace(day=1) - timedelta(days=1)).replace(day=1)
    _sell(region, _suppliers(region, month, suppliers), month, sold)
    began = time.perf_counter()
    settlement.take_up()
    told = time.perf_counter()
    settlement.make_statements(region=region, month=month, at=at)
    built = time.perf_counter()
    found = list(Statement.objects.filter(region=region, month=month).order_by("pk"))
    for each in found:
        settlement.send(statement_id=each.pk, actor="bench", at=at)
    ended = time.perf_counter()
    rows = sum(each.rows for each in found)
    return {
        "settle_lines_per_s": round(rows / (ended - began)),
        "settle_lines": rows,
        "settle_ledger_postings": Posting.objects.filter(account__startswith="revenue:").count(),
        "settle_statements": len(found),
        "settle_seconds": round(ended - began, 2),
        "settle_take_up_s": round(told - began, 2),
        "settle_build_s": round(built - told, 2),
        "settle_send_s": round(ended - built, 2),
    }


def _suppliers(region: Region, month: date, number: int) -> list[Organisation]:
    """New ones, each with a contract of its own that holds since before the month."""
    since = month_end(region, month) - timedelta(days=62)
    made = Organisation.objects.bulk_create(
        Organisation(
            slug=f"bench-{n}", name_zh=f"供应商{n}", name_en=f"Supplier {n}", region=region
        )
        for n in range(number)
    )
    for n, each in enumerate(made):
        rate = settlement.TermsOfKind(
            permille=50 + n, per_line_fen=n, steps=f"{100_000 + n}:{40 + n}"
        )
        settlement.agree(
            organisation_id=each.pk, terms=settlement.Terms([rate]), valid_from=since,
            actor="bench", at=since,
        )  # fmt: skip
    return made


def _sell(region: Region, suppliers: Sequence[Organisation], month: date, sold: int) -> None:
    """Orders of a line each, spread over the month, delivered and used."""
    end = month_end(region, month)
    for first in range(0, sold, _BATCH):
        numbers = range(first, min(first + _BATCH, sold))
        orders = Order.objects.bulk_create(_order(region, n, end) for n in numbers)
        lines = Line.objects.bulk_create(
            _line(order, suppliers[n % len(suppliers)], n, end)
            for n, order in zip(numbers, orders, strict=True)
        )
        ledger.post_many(_used(lines))


def _moment(n: int, end: datetime) -> datetime:
    return end - timedelta(seconds=1 + n % 2_000_000)


def _order(region: Region, n: int, end: datetime) -> Order:
    moment = _moment(n, end)
    return Order(
        code=f"B{n:011d}", token=f"bench{n:027d}", region=region, actor=f"guest:bench{n}",
        request_key=f"{n}", body_hash=f"{n}", total_fen=_fen(n), due_now_fen=_fen(n),
        received_fen=_fen(n), language="en", placed_at=moment, due_at=moment, paid_at=moment,
    )  # fmt: skip


def _line(order: Order, supplier: Organisation, n: int, end: datetime) -> Line:
    moment = _moment(n, end)
    return Line(
        order=order, position=0, kind="bench", ref=f"{n}", supplier=supplier,
        region_id=order.region_id, title={"en": f"Thing {n}"}, starts_at=moment, ends_at=moment,
        units=1, price_fen=_fen(n), parts=[{"key": "p0", "title": {}, "price_fen": _fen(n)}],
        terms={}, dues=[], state=State.USED,
    )  # fmt: skip


def _used(lines: Sequence[Line]) -> Iterator[ledger.NewEntry]:
    """What a gate posts when somebody goes in."""
    for line in lines:
        yield ledger.NewEntry(
            key=f"used:line:{line.pk}:p0",
            subject=f"order:{line.order_id}",
            memo="used by the holder",
            postings=[
                (f"supplier:{line.supplier_id}", line.price_fen),
                (f"revenue:{line.supplier_id}", -line.price_fen),
            ],
            region_id=line.region_id,
            at=line.starts_at,
        )


def _fen(n: int) -> int:
    return 1_000 + n % 9_973
