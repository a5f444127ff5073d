"""Three suppliers in one order, a coupon of the platform's and one of a supplier's: what each invoices."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from bookings.invoices import operations
from bookings.invoices.models import Invoice, Row, State
from bookings.ledger import queries as books
from bookings.orders import operations as orders
from bookings.orders.models import Order
from bookings.payments import operations as payments
from bookings.refunds import operations as refunds
from bookings.refunds.models import Refund
from kernel.outbox import operations as outbox
from tests.bookings.campaigns.conftest import claimed, published
from tests.bookings.conftest import ask as asks
from tests.bookings.invoices.conftest import WANG, issued_fen, let_issue, sound
from tests.factories.accounts import OrganisationFactory

pytestmark = pytest.mark.django_db

KINDS = ("plain", "deposit", "secured")
BUYER = "user:1"
PRICES = {"plain": 10_001, "deposit": 6_000, "secured": 4_099}
"""In fen, a person; two of the first."""
OWN, PLATFORMS = 1_000, 3_100
"""What the first supplier bears of its own coupon, and the platform of one for everything, in fen."""
LISTED = 2 * PRICES["plain"] + PRICES["deposit"] + PRICES["secured"]


@pytest.fixture
def suppliers(desk, sellers, region, now) -> dict[str, int]:
    """Three, who issue invoices as soon as they are paid; what they sell is paid in full at once."""
    for kind in KINDS:
        sellers[kind].supplier_id = OrganisationFactory(region=region).pk
        sellers[kind].starts_at = now + timedelta(days=300)
        sellers[kind].dues = lambda fen: type(sellers["plain"]).dues(sellers["plain"], fen)
        let_issue(sellers[kind].supplier_id)
    return {kind: sellers[kind].supplier_id for kind in KINDS}


@pytest.fixture
def bought(suppliers, shop, region, party, now) -> Order:
    """Paid with both coupons, and delivered."""
    own = published(
        region, amount_fen=OWN, supplier_id=suppliers["plain"], supplier_permille=1000, step=1
    )
    everything = published(region, amount_fen=PLATFORMS)
    coupons = [claimed(campaign, holder=BUYER) for campaign in (own, everything)]
    wishes = [
        asks(shop.bucket(5), 2 if kind == "plain" else 1, price_fen=PRICES[kind], kind=kind)
        for kind in KINDS
    ]
    wish = shop.wish(*wishes, total_fen=LISTED - OWN - PLATFORMS, actor=BUYER)
    made = orders.place(replace(wish, coupon_ids=tuple(each.pk for each in coupons)), at=now)
    paying = payments.pay_by(
        order=made, provider="sandbox", at=now, buyer=payments.Buyer("http://x/back")
    )
    party.press(paying)
    payments.ask(attempt=paying, at=now)
    outbox.drain(at=now)
    made.refresh_from_db()
    return made


def ask_for_all(order: Order, suppliers, now) -> dict[str, Invoice]:
    for supplier_id in suppliers.values():
        operations.ask(order=order, supplier_id=supplier_id, title=WANG, actor=order.actor, at=now)
    outbox.drain(at=now)
    return {
        kind: Invoice.objects.get(order=order, supplier=supplier_id, red_of=None)
        for kind, supplier_id in suppliers.items()
    }


def test_together_they_are_what_was_paid_less_every_coupon(bought, suppliers, now):
    made = ask_for_all(bought, suppliers, now)

    assert {each.state for each in made.values()} == {State.ISSUED}
    paid_fen = bought.received_fen
    assert issued_fen(bought) == paid_fen == LISTED - OWN - PLATFORMS
    lines = {line.kind: line for line in bought.lines.all()}
    assert {kind: each.total_fen for kind, each in made.items()} == {
        kind: line.price_fen for kind, line in lines.items()
    }
    assert sound(now)


def test_the_platforms_coupon_is_on_no_invoice_and_in_every_claim(bought, suppliers, now):
    """A supplier has its price less its own coupon; its buyer has less on paper, by the platform's part."""
    made = ask_for_all(bought, suppliers, now)

    claims = {kind: -books.balance(f"supplier:{pk}") for kind, pk in suppliers.items()}
    assert claims == {
        "plain": 2 * PRICES["plain"] - OWN, "deposit": PRICES["deposit"], "secured": PRICES["secured"],
    }  # fmt: skip
    borne = {kind: claims[kind] - each.total_fen for kind, each in made.items()}
    assert all(fen > 0 for fen in borne.values())
    assert sum(borne.values()) == PLATFORMS == books.balance(f"promotion:{bought.region_id}")


def test_the_rows_of_each_have_the_listed_price_and_its_discount_below(bought, suppliers, now):
    for kind, invoice in ask_for_all(bought, suppliers, now).items():
        rows = list(Row.objects.filter(invoice=invoice).order_by("place"))
        listed = sum(row.amount_fen for row in rows if row.role != "DISCOUNT")
        assert listed == PRICES[kind] * (2 if kind == "plain" else 1)
        assert sum(row.amount_fen for row in rows) == invoice.total_fen
        assert sum(row.tax_fen for row in rows) == invoice.tax_fen
        assert [row.role for row in rows] == ["DISCOUNTED", "DISCOUNT"] * (len(rows) // 2)


@pytest.mark.parametrize("is_late", [False, True])
def test_after_a_refund_they_are_what_was_paid_less_what_came_back(bought, suppliers, now, is_late):
    """In time all comes back; late, half is kept, and stays on the invoice as what the buyer has paid."""
    made = ask_for_all(bought, suppliers, now)
    if is_late:
        bought.lines.update(starts_at=now + timedelta(hours=2))
    lines = {line.kind: line for line in bought.lines.all()}
    parts = {lines["plain"].pk: ["p0"], lines["secured"].pk: ["p0"]}
    shown = refunds.quote(order=bought, parts=parts, at=now).refund_fen

    refunds.cancel(order=bought, parts=parts, shown_fen=shown, actor=BUYER, reason="BUYER", at=now)
    outbox.drain(at=now)

    came_back = sum(Refund.objects.values_list("amount_fen", flat=True))
    assert came_back == shown > 0
    assert issued_fen(bought) == LISTED - OWN - PLATFORMS - came_back
    assert [made[kind].reds.exists() for kind in KINDS] == [True, False, True]
    for invoice in made.values():
        before = invoice.total_fen
        invoice.refresh_from_db()
        assert invoice.total_fen == before
    assert sound(now)
