"""Journey 12, as far as money goes: given back after all was earned, until the books are closed."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from django.db.models import Sum

from accounts.organisations.models import Organisation
from bookings.ledger import operations as ledger
from bookings.ledger.models import Entry, Posting
from bookings.orders import operations as orders
from bookings.orders.models import Order
from bookings.points.models import Account
from bookings.rewards import operations as rewards
from bookings.settlement import operations as settlement
from bookings.settlement.models import Statement
from bookings.settlement.operations import TermsOfKind
from bookings.settlement.operations.statements import SETTLING, month_end
from kernel import invariants
from tests.bookings.campaigns.conftest import claimed, later, published  # noqa: F401
from tests.bookings.conftest import ask, region, sellers, shop  # noqa: F401
from tests.bookings.invoices.conftest import ask_for, desk, issued_fen, let_issue, reds  # noqa: F401
from tests.bookings.payments.conftest import attempt, bucket, now, order, party  # noqa: F401
from tests.bookings.points.conftest import give, publish, standing
from tests.bookings.points.test_spending import cancel, pay
from tests.bookings.rewards.test_points import let_in
from tests.bookings.settlement.conftest import agree
from tests.bookings.settlement.paying import confirmed, owed, transferred, with_account
from tests.cast import assemble

pytestmark = pytest.mark.django_db

PRICE, PEOPLE = 10_000, 4
OWN_FEN, PLATFORM_FEN, POINTS = 400, 800, 1200
"""What the supplier and the platform take off, and points that are worth as many fen."""
PART_FEN = (PRICE * PEOPLE - OWN_FEN - PLATFORM_FEN - POINTS) // PEOPLE
GROSS_FEN = (PRICE * PEOPLE - OWN_FEN) // PEOPLE
"""What a part brings its supplier: the platform pays what it gives."""
COMMISSION_FEN = GROSS_FEN // 10


@pytest.fixture
def supplier(sellers) -> Organisation:  # noqa: F811
    return Organisation.objects.get(pk=sellers["plain"].supplier_id)


@pytest.fixture
def buyer(region):  # noqa: F811
    return assemble(region).wang_fang


@pytest.fixture
def trip(shop, later, now, party, region, supplier, buyer) -> Order:  # noqa: F811
    """Four people with a coupon of the supplier, one of the platform, and points; paid."""
    publish(region, at=now)
    give(region, POINTS, holder=buyer.actor, at=now)
    own = {"supplier": supplier, "supplier_permille": 1000, "amount_fen": OWN_FEN}
    coupons = [
        claimed(published(region, **terms), holder=buyer.actor)
        for terms in (own, {"amount_fen": PLATFORM_FEN})
    ]
    made = shop.wish(
        ask(shop.bucket(5), PEOPLE, price_fen=PRICE), total_fen=PART_FEN * PEOPLE, actor=buyer.actor
    )
    wish = replace(
        made, user_id=buyer.pk, uses_points=True, coupon_ids=tuple(each.pk for each in coupons)
    )
    return pay(orders.place(wish, at=now), party, now)


@pytest.fixture
def month(region, trip) -> date:  # noqa: F811
    return region.local_date(trip.lines.get().starts_at).replace(day=1)


@pytest.fixture
def over(region, month) -> datetime:  # noqa: F811
    return month_end(region, month) + SETTLING


def points_of(buyer) -> int:
    return standing(Account.objects.get(holder=buyer.actor))[0]


def one_stays_at_home(trip, now, buyer) -> None:  # noqa: F811
    """Their money and points come back, the invoice gets a red letter and stays as it was."""
    invoice = ask_for(trip, now)
    assert invoice.total_fen == PART_FEN * PEOPLE
    assert cancel(trip, "p0", now) == PART_FEN
    assert [red.total_fen for red in reds(invoice)] == [-PART_FEN]
    assert issued_fen(trip) == PART_FEN * (PEOPLE - 1)
    assert points_of(buyer) == POINTS // PEOPLE


def the_others_go_in(trip, now, buyer) -> None:  # noqa: F811
    """They get points for what was paid for it."""
    let_in(trip, now, persons=PEOPLE - 1)
    assert points_of(buyer) == POINTS // PEOPLE + PART_FEN * (PEOPLE - 1) // 100


def the_supplier_is_paid(supplier, region, month, over) -> None:  # noqa: F811
    """The month's statement: confirmed, and paid out to the fen."""
    sheet = confirmed(supplier, region, month)
    found = (sheet.used_fen, sheet.commission_fen)
    assert found == (GROSS_FEN * (PEOPLE - 1), -COMMISSION_FEN * (PEOPLE - 1))
    settlement.pay_out(statement_id=sheet.pk, actor="user:901", at=over)
    assert (transferred(), owed(supplier)) == (sheet.balance_fen, 0)


def a_use_is_taken_back(trip, over) -> None:
    """A person says so in the books; the buyer's points for it go."""
    use = Entry.objects.filter(memo="used by the holder").earliest("pk")
    ledger.reverse(entry_id=use.pk, why="scanned by mistake", actor="user:902", at=over)
    rewards.take_up([trip.pk], at=over)


def the_supplier_owes_it(supplier, region, month, over) -> None:  # noqa: F811
    """With its commission back, on the next statement, which alarms."""
    following = (month + timedelta(days=32)).replace(day=1)
    settlement.take_up()
    settlement.make_statements(region=region, month=following, at=over)
    late = Statement.objects.get(organisation=supplier, month=following)
    assert (late.balance_fen, late.commission_fen) == (COMMISSION_FEN - GROSS_FEN, COMMISSION_FEN)
    assert late.is_beyond


def the_books_hold(over) -> None:
    """What was taken back in the books alone is shown until the scan is looked at; nothing else is."""
    sums = Posting.objects.values("currency").annotate(fen=Sum("amount_fen"))
    assert {row["currency"]: row["fen"] for row in sums} == {"CNY": 0, "XPT": 0}
    broken = invariants.check_all(at=over + timedelta(hours=1))
    assert [each.rule for each in broken] == ["supplier-is-owed"]


@pytest.mark.usefixtures("desk")
def test_the_day_is_closed(trip, now, region, supplier, buyer, month, over):  # noqa: F811
    agree(supplier, trip.placed_at, TermsOfKind(permille=100))
    with_account(supplier, now)
    let_issue(supplier.pk)

    one_stays_at_home(trip, now, buyer)
    the_others_go_in(trip, now, buyer)
    the_supplier_is_paid(supplier, region, month, over)
    close = {"region": region, "month": month, "actor": "user:901", "at": over}
    closed = settlement.close_month(**close)

    a_use_is_taken_back(trip, over)
    assert points_of(buyer) == POINTS // PEOPLE + PART_FEN * (PEOPLE - 2) // 100
    the_supplier_owes_it(supplier, region, month, over)
    assert settlement.close_month(**close).text == closed.text
    the_books_hold(over)
