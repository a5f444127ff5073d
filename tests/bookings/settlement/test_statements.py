"""Statements: every earning on exactly one, sums as in the books, what was sent stays."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from hypothesis import given
from hypothesis import strategies as st

from bookings.ledger import operations as ledger
from bookings.ledger import queries as books
from bookings.settlement import operations as settlement
from bookings.settlement.models import Earning, Statement, StatementState
from bookings.settlement.operations import TermsOfKind
from bookings.settlement.operations.statements import month_end, steps_fen
from kernel import invariants
from tests.bookings.settlement.conftest import agree, use
from tests.bookings.vouchers.conftest import INSIDE, sell
from tests.contracts.settled import earned
from tests.factories.kernel import RegionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def month(region) -> date:
    return region.local_date(INSIDE).replace(day=1)


@pytest.fixture
def over(region, month):
    """The month is over for a day."""
    return month_end(region, month) + timedelta(days=1)


def make(region, month, at) -> Statement:
    settlement.take_up()
    settlement.make_statements(region=region, month=month, at=at)
    assert invariants.check("statement-equals-ledger", at=at) == []
    return Statement.objects.get(month=month)


def after(month: date) -> date:
    return (month + timedelta(days=32)).replace(day=1)


def test_it_holds_what_the_books_say_kind_by_kind(line, supplier, region, month, over):
    use(line, 2)
    found = make(region, month, over)

    assert (found.used_fen, found.commission_fen, found.balance_fen) == (2000, -300, 1700)
    assert found.balance_fen == -books.balance(f"revenue:{supplier.pk}")
    assert found.rows == Earning.objects.filter(statement=found).count() == Earning.objects.count()


def test_again_it_only_adds_what_has_come_since(line, region, month, over):
    use(line, 1)
    first = make(region, month, over)
    again = make(region, month, over)
    assert (again.pk, again.balance_fen) == (first.pk, 850)

    use(line, 1)
    assert make(region, month, over).balance_fen == 1700


def test_what_comes_late_is_on_the_next_one(line, supplier, region, month, over):
    use(line, 1)
    sent = settlement.send(statement_id=make(region, month, over).pk, actor="user:1", at=over)
    earned(supplier, -2000, at=INSIDE)

    assert make(region, month, over).balance_fen == 850
    settlement.make_statements(region=region, month=after(month), at=over)

    later = Statement.objects.get(month=after(month))
    sent.refresh_from_db()
    assert (sent.balance_fen, later.carried_fen, later.balance_fen) == (850, 0, -2000)
    assert invariants.check("statement-equals-ledger", at=over) == []


def test_what_is_below_zero_is_carried_over_and_set_off(line, supplier, region, month, over):
    earned(supplier, -2000, at=INSIDE)
    assert make(region, month, over).is_beyond
    following, then = after(month), over + timedelta(days=5)
    earned(supplier, 500, at=then)
    settlement.make_statements(region=region, month=following, at=then)

    later = Statement.objects.get(month=following)
    assert (later.carried_fen, later.balance_fen, later.is_beyond) == (-2000, -1500, True)
    assert Statement.objects.get(month=month).state == StatementState.SENT
    assert not Statement.objects.get(month=month).is_beyond
    assert invariants.check("statement-equals-ledger", at=then) == []


def test_within_the_guarantee_it_alarms_nobody(supplier, region, at, month, over):
    agree(supplier, at, TermsOfKind(permille=100), guarantee_fen=2000)
    earned(supplier, -2000, at=INSIDE)
    assert not make(region, month, over).is_beyond

    earned(supplier, -1, at=INSIDE)
    assert make(region, month, over).is_beyond


def test_every_earning_is_on_one_and_each_region_has_its_own(line, supplier, region, month, over):
    use(line, 1)
    elsewhere = RegionFactory()
    ledger.post(
        key="there", subject="test", memo="deposit kept", at=INSIDE, region_id=elsewhere.pk,
        postings=[("deposit:1", 70), (f"revenue:{supplier.pk}", -70)],
    )  # fmt: skip
    assert make(region, month, over).balance_fen == 850
    settlement.make_statements(region=elsewhere, month=month, at=over)

    found = Statement.objects.get(region=elsewhere)
    assert (found.deposits_fen, found.balance_fen, found.rows) == (70, 70, 1)
    assert not Earning.objects.filter(statement=None).exists()


def test_a_running_month_is_not_sent(line, region, month):
    use(line, 1)
    found = make(region, month, INSIDE)

    with pytest.raises(settlement.NotOver):
        settlement.send(statement_id=found.pk, actor="user:1", at=INSIDE)
    with pytest.raises(ValueError, match="has not begun"):
        settlement.make_statements(region=region, month=after(month), at=INSIDE)
    assert Statement.objects.get().state == StatementState.OPEN


def test_the_last_month_grows_until_it_has_settled(line, region, month):
    use(line, 1)
    settlement.take_up()
    end = month_end(region, month)

    settlement.make_all_statements(at=end + timedelta(days=1))
    assert Statement.objects.get(region=region).state == StatementState.OPEN
    settlement.make_all_statements(at=end + timedelta(days=3))
    assert Statement.objects.get(region=region).state == StatementState.SENT


@pytest.mark.parametrize(
    "change", ["used_fen = used_fen + 1, balance_fen = balance_fen + 1", "state = 'OPEN'"]
)
def test_what_was_sent_stays(line, region, month, over, change):
    use(line, 1)
    found = make(region, month, over)
    settlement.send(statement_id=found.pk, actor="user:1", at=over)

    for sql in (
        f"UPDATE bookings_settlement_statement SET {change}",  # noqa: S608 - a constant
        "DELETE FROM bookings_settlement_statement",
        "UPDATE bookings_settlement_earning SET statement_id = NULL",
    ):
        with (
            pytest.raises(DatabaseError, match="stays"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(sql)
    found.refresh_from_db()
    assert (found.state, found.balance_fen) == ("SENT", 850)


def test_both_sides_talk_until_it_is_confirmed(line, region, month, over):
    use(line, 1)
    pk = make(region, month, over).pk
    with pytest.raises(settlement.NotWaiting):
        settlement.confirm(statement_id=pk, actor="user:2", at=over)
    settlement.send(statement_id=pk, actor="user:1", at=over)
    with pytest.raises(settlement.NothingSaid):
        settlement.dispute(statement_id=pk, words=" ", actor="user:2", at=over)
    assert Statement.objects.get().state == StatementState.SENT
    with pytest.raises(settlement.NotWaiting):
        settlement.answer(statement_id=pk, words="No.", actor="user:1", at=over)

    settlement.dispute(statement_id=pk, words="One is missing.", actor="user:2", at=over)
    settlement.answer(statement_id=pk, words="It is on the next one.", actor="user:1", at=over)
    settlement.confirm(statement_id=pk, actor="user:2", at=over)

    found = Statement.objects.get()
    assert (found.state, found.confirmed_by) == (StatementState.CONFIRMED, "user:2")
    assert [*found.notes.order_by("pk").values_list("is_platform", "words")] == [
        (False, "One is missing."), (True, "It is on the next one."),
    ]  # fmt: skip
    with pytest.raises(settlement.NotWaiting):
        settlement.dispute(statement_id=pk, words="No!", actor="user:2", at=over)


def test_the_steps_of_the_month_are_booked_once_when_it_is_sent(
    shop, sellers, supplier, region, at, month, over
):
    agree(supplier, at, TermsOfKind(permille=100, steps="1000:80 2000:50"))
    use(sell(shop, at, persons=3).lines.get(), 3)
    running = make(region, month, over)
    assert (running.adjusted_fen, running.balance_fen) == (0, 2700)

    sent = settlement.send(statement_id=running.pk, actor="user:1", at=over)

    assert (sent.commission_fen, sent.adjusted_fen, sent.balance_fen) == (-300, 70, 2770)
    assert books.balance(f"commission:{supplier.pk}") == -230
    assert -books.balance(f"revenue:{supplier.pk}") == 2770
    with pytest.raises(settlement.NotOver):
        settlement.send(statement_id=running.pk, actor="user:1", at=over)
    settlement.take_up()
    assert settlement.make_statements(region=region, month=after(month), at=over) == 0
    assert invariants.check("statement-equals-ledger", at=over) == []
    assert invariants.check("commission-by-contract", at=over) == []


@given(
    turnover=st.integers(-10_000, 10_000_000),
    permille=st.integers(0, 1000),
    steps=st.dictionaries(st.integers(1, 5_000_000), st.integers(0, 1000), min_size=1, max_size=4),
)
def test_steps_come_to_what_each_yuan_of_turnover_pays(turnover, permille, steps):
    ladder = sorted(steps.items())
    text = " ".join(f"{fen}:{share}" for fen, share in ladder)
    exact, low, share = 0, 0, permille
    for fen, next_share in [*ladder, (max(turnover, 0), 0)]:
        top = min(fen, max(turnover, 0))
        exact += max(top - low, 0) * (share - permille)
        low, share = max(low, top), next_share

    assert abs(steps_fen(turnover, permille, text) * 1000 - exact) <= 500
