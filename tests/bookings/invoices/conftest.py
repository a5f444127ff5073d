"""A paid order of two parts, a supplier that issues invoices, and the service's stand-in beside them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from bookings.invoices import operations, services, titles
from bookings.invoices.fakes.keys import DEMONSTRATION_TOKEN
from bookings.invoices.models import Invoice, Issuer, Moment, Rate, State
from bookings.invoices.queries import TOKEN_PURPOSE
from bookings.invoices.tax_numbers import check_character
from bookings.orders.models import Order
from bookings.refunds import operations as refunds
from kernel import invariants, seals
from kernel.outbox import operations as outbox
from tests.bookings.payments.conftest import (  # noqa: F401
    attempt,
    bucket,
    now,
    order,
    paid,
    party,
)
from tests.contracts.invoices.conftest import NuonuoParty, nuonuo

COMPANY = titles.read(kind="COMPANY", name="某某有限公司", tax_number="91350100M000100Y43")
WANG = titles.read(kind="PERSON", name="王芳")


def let_issue(supplier_id: int, *, moment: str = Moment.AFTER_PAYMENT) -> Issuer:
    """A supplier with a tax number, a token and rates: 6 % for all, 13 % for what is "deposit"."""
    first = f"91340000TE5T{supplier_id:05d}"
    made = Issuer.objects.create(
        organisation_id=supplier_id,
        name=f"供应商 {supplier_id}",
        tax_number=first + check_character(first),
        clerk="张三",
        token_sealed=seals.seal(DEMONSTRATION_TOKEN, purpose=TOKEN_PURPOSE),
        moment=moment,
    )
    Rate.objects.create(issuer=made, goods_code="3070301000000000000", permille=60)
    Rate.objects.create(issuer=made, kind="deposit", goods_code="1090511030000000000", permille=130)
    Rate.objects.create(issuer=made, is_kept=True, goods_code="3049900000000000000", permille=60)
    return made


@pytest.fixture
def desk(tmp_path: Any, socket_enabled: None) -> Iterator[NuonuoParty]:
    """The service's stand-in, switched on."""
    with nuonuo(tmp_path / "invoices") as made:
        services.switch_on(made.service())
        yield made
        services.switch_on(None)


@pytest.fixture
def issuer(desk: NuonuoParty, paid: Order) -> Issuer:  # noqa: F811
    """The supplier of the paid order issues as soon as it is paid."""
    return let_issue(paid.lines.earliest("pk").supplier_id)


def ask_for(order: Order, at: datetime, title: Any = COMPANY) -> Invoice:  # noqa: F811
    """The buyer asks for the invoice of the only supplier, and everybody does what is to be done."""
    supplier_id = order.lines.earliest("pk").supplier_id
    made = operations.ask(
        order=order, supplier_id=supplier_id, title=title, actor=order.actor, at=at
    )
    outbox.drain(at=at)
    made.refresh_from_db()
    return made


def cancel(order: Order, at: datetime, *keys: str, fen: int = 0) -> None:  # noqa: F811
    """The buyer cancels parts of the first line by the terms, or staff for a sum of their own."""
    line = order.lines.earliest("pk")
    parts = {line.pk: list(keys)}
    shown_fen = refunds.quote(order=order, parts=parts, at=at).refund_fen
    refunds.cancel(
        order=order, parts=parts, shown_fen=shown_fen, actor=order.actor, reason="BUYER", at=at
    )
    outbox.drain(at=at)


def reds(invoice: Invoice) -> list[Invoice]:
    return list(invoice.reds.order_by("pk"))


def issued_fen(order: Order) -> int:  # noqa: F811
    """What stands of the issued invoices and red letters of an order, in fen."""
    found = Invoice.objects.filter(order=order, state=State.ISSUED)
    return sum(found.values_list("total_fen", flat=True))


def sound(at: datetime) -> bool:
    """An hour later, when no rule looks away any more."""
    found = invariants.check_all(at=at + timedelta(hours=1))
    assert found == []
    return True
