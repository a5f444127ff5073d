"""Orders and their money, a row each, for the shared tests of admins."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from bookings.deposits.models import Deposit
from bookings.dues.models import LaterDue
from bookings.dues.models import State as DueState
from bookings.invoices import titles
from bookings.invoices.models import File, Invoice, Issuer, Rate
from bookings.invoices.models import Row as InvoiceRow
from bookings.orders.models import Hold, Line, Order
from bookings.payments.models import Attempt, AttemptState, EventState, ProviderEvent
from bookings.refunds.models import Evidence, Reason, Refund, RefundRequest
from bookings.shares.models import Division, Rule, Share
from kernel import seals
from tests.factories.accounts import (
    OrganisationFactory,
)
from tests.factories.kernel import RegionFactory

AT = datetime(2026, 9, 20, 2, 0, tzinfo=UTC)
DAY = date(2026, 10, 14)


def moment(n: int) -> datetime:
    return AT + timedelta(minutes=n)


def order(n: int) -> Order:
    """Two lines of two suppliers, with a hold each."""
    made = Order.objects.create(
        code=f"CODE{n}", token=f"token{n}", region=RegionFactory(), actor=f"guest:{n}",
        request_key="k", body_hash="h", total_fen=2000, due_now_fen=2000, language="en",
        placed_at=moment(n), due_at=moment(n),
    )  # fmt: skip
    for position in range(2):
        line = Line.objects.create(
            order=made, position=position, kind="plain", ref="1:1000", region_id=made.region_id,
            supplier=OrganisationFactory(region=made.region), title={"en": "Thing"},
            starts_at=moment(n), ends_at=moment(n + 1), units=1, price_fen=1000, terms={},
            dues=[], state="CONFIRMED",
            parts=[{"key": "p0", "title": {"en": "one"}, "price_fen": 1000, "class_code": "",
                    "traveller_id": 0, "demands": []}],
        )  # fmt: skip
        Hold.objects.create(line=line, bucket_id=position + 1, units=1)
    return made


def attempt(n: int) -> Attempt:
    return Attempt.objects.create(
        order=order(n), provider="sandbox", token=f"token{n}", provider_ref=f"pay_{n}",
        transaction_ref=f"tx_{n}", amount_fen=2000, captured_fen=2000, currency="CNY", created_at=moment(n),
        state=AttemptState.SUCCEEDED,
    )  # fmt: skip


def provider_event(n: int) -> ProviderEvent:
    return ProviderEvent.objects.create(
        provider="sandbox", event_id=f"evt_{n}", kind="payment.ended", attempt=attempt(n),
        body={}, state=EventState.APPLIED, received_at=moment(n),
    )  # fmt: skip


def refund(n: int) -> Refund:
    paid = attempt(n)
    return Refund.objects.create(
        order=paid.order, attempt=paid, key=f"key{n}", token=f"token{n}", amount_fen=1000,
        reason=Reason.BUYER, actor="guest:a", created_at=moment(n),
    )  # fmt: skip


def refund_request(n: int) -> RefundRequest:
    asked = RefundRequest.objects.create(
        order=order(n), parts={}, words=f"ill {n}", asked_by="guest:a", asked_at=moment(n)
    )
    Evidence.objects.create(
        request=asked,
        content_type="image/png",
        sealed=seals.seal("", purpose="evidence"),
        given_at=moment(n),
    )
    return asked


def deposit(n: int) -> Deposit:
    held = attempt(n)
    return Deposit.objects.create(
        order=held.order, attempt=held, supplier_id=1, amount_fen=500, return_at=moment(n)
    )


def later_due(n: int) -> LaterDue:
    line = order(n).lines.earliest("pk")
    return LaterDue.objects.create(
        order=line.order, line=line, position=1, amount_fen=500, state=DueState.OPEN,
        due_at=moment(n),
    )  # fmt: skip


def division(n: int) -> Division:
    shared = order(n)
    made = Division.objects.create(
        order=shared, rule=Rule.ALL, closes_at=moment(n), actor="guest:a", created_at=moment(n)
    )
    Share.objects.create(
        division=made, position=0, name=f"Friend {n}", parts=[], amount_fen=500, token=f"share{n}"
    )
    return made


def issuer(n: int) -> Issuer:
    made = Issuer.objects.create(
        organisation=OrganisationFactory(),
        name=f"供应商 {n}",
        tax_number=f"3{n:014d}",
        clerk="张三",
    )
    Rate.objects.create(issuer=made, goods_code="307", permille=60)
    return made


def invoice(n: int) -> Invoice:
    sold = order(n)
    title = titles.read(kind="PERSON", name=f"王芳 {n}")
    made = Invoice.objects.create(
        order=sold, supplier=sold.lines.earliest("pk").supplier, token=f"invoice{n}", number=f"QY{n}",
        serial=f"{n:020d}",
        title_kind="PERSON", title_sealed=titles.seal(title), title_shown=title.shown, state="ISSUING",
        total_fen=1000, tax_fen=57, asked_by=f"user:{n}", asked_at=moment(n),
    )  # fmt: skip
    InvoiceRow.objects.create(
        invoice=made, place=1, key="1:0", role="PLAIN", name="样品", goods_code="307", permille=60,
        amount_fen=1000, tax_fen=57,
    )  # fmt: skip
    File.objects.create(
        invoice=made, kind="PDF", url="x", sealed=seals.seal("", purpose="invoice-file")
    )
    return made
