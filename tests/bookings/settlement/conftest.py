"""A supplier with a contract, orders of its things, and the moments in which they are used."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from accounts.organisations.models import Organisation
from bookings.orders.models import Line, Order
from bookings.refunds import operations as refunds
from bookings.refunds.models import Reason
from bookings.settlement import operations as settlement
from bookings.settlement.models import Contract
from bookings.settlement.operations import Terms, TermsOfKind
from bookings.vouchers import operations as vouchers
from bookings.vouchers.models import State, Voucher
from bookings.vouchers.posts import Post
from kernel import invariants
from tests.bookings.vouchers.conftest import INSIDE, sell

FAR_LATER = timedelta(days=1)


@pytest.fixture
def supplier(sellers) -> Organisation:
    return Organisation.objects.get(pk=sellers["plain"].supplier_id)


@pytest.fixture
def contract(supplier, at) -> Contract:
    """A tenth, and half a yuan a person."""
    return agree(supplier, at, TermsOfKind(permille=100, per_part_fen=50))


@pytest.fixture
def order(shop, sellers, contract, at) -> Order:
    """Three people for 1,000 fen each."""
    return sell(shop, at, persons=3)


@pytest.fixture
def line(order) -> Line:
    return order.lines.get()


def agree(supplier: Organisation, at: datetime, *rates: TermsOfKind, **more) -> Contract:
    return settlement.agree(
        organisation_id=supplier.pk,
        terms=Terms(rates, **more),
        valid_from=at,
        actor="user:1",
        at=at,
    )


def use(line: Line, persons: int, *, at: datetime = INSIDE) -> None:
    """So many of those who are left go in."""
    carrier = Voucher.objects.filter(line=line, state=State.ACTIVE).latest("pk").carrier
    post = Post("plain:1", {"en": "Gate"}, line.supplier_id, line.region_id)
    key = f"{line.pk}:{Voucher.objects.filter(state=State.USED).count()}"
    vouchers.redeem(
        text=carrier.short_code, post=post, actor="user:1", request_key=key, at=at, persons=persons
    )


def give_back(line: Line, *keys: str, at: datetime) -> None:
    """The buyer cancels these parts."""
    parts = {line.pk: list(keys)}
    shown = refunds.quote(order=line.order, parts=parts, at=at).refund_fen
    refunds.cancel(
        order=line.order, parts=parts, shown_fen=shown, actor="guest:a", reason=Reason.BUYER, at=at
    )


def sound(at: datetime) -> bool:
    """No rule of the books or of settlement is broken by these."""
    codes = (
        "earnings-equal-ledger", "commission-by-contract", "entry-sums-to-zero", "supplier-is-owed",
    )  # fmt: skip
    assert {code: rows for code in codes if (rows := invariants.check(code, at=at))} == {}
    return True
