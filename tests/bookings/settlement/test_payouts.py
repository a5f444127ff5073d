"""Payouts: a confirmed statement once, by two above the limit, never past the guarantee, no earning."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, connection, transaction

from bookings.ledger import operations as ledger
from bookings.ledger.models import Entry
from bookings.orders.operations import OwnMoney
from bookings.settlement import operations as settlement
from bookings.settlement.models import (
    BankAccount,
    BankFile,
    Earning,
    Payout,
    PayoutState,
    Statement,
)
from bookings.settlement.operations import TermsOfKind
from bookings.settlement.operations.statements import month_end
from kernel import invariants
from kernel.audit.models import Entry as Note
from tests.bookings.settlement.conftest import agree
from tests.bookings.settlement.paying import ACCOUNT, confirmed, owed, transferred, with_account
from tests.bookings.vouchers.conftest import INSIDE
from tests.contracts.settled import earned
from tests.factories.accounts import MembershipFactory

pytestmark = pytest.mark.django_db

ANNA, BEN = "user:901", "user:902"


@pytest.fixture
def month(region) -> date:
    return region.local_date(INSIDE).replace(day=1)


@pytest.fixture
def over(region, month):
    return month_end(region, month) + timedelta(days=2)


@pytest.fixture
def statement(supplier, region, month, at) -> Statement:
    """1,000 fen, confirmed."""
    with_account(supplier, at)
    earned(supplier, 1000, at=INSIDE)
    return confirmed(supplier, region, month)


def pay(statement: Statement, at, actor: str = ANNA) -> Payout:
    return settlement.pay_out(statement_id=statement.pk, actor=actor, at=at)


def nothing_moved(supplier, owed_fen: int = 1000) -> bool:
    live = Payout.objects.filter(state__in=("ASKED", "DUE", "SENT")).exists()
    return not live and (owed(supplier), transferred()) == (owed_fen, 0)


def sound(at) -> bool:
    rules = ("payouts-equal-ledger", "statement-equals-ledger", "earnings-equal-ledger",
             "entry-sums-to-zero")  # fmt: skip
    assert {code: rows for code in rules if (rows := invariants.check(code, at=at))} == {}
    return True


def test_below_the_limit_one_person_pays_it_out_and_the_books_say_so(statement, supplier, over):
    paid = pay(statement, over)

    assert (paid.state, paid.fen, paid.account.masked) == (PayoutState.DUE, 1000, "…4567")
    assert (owed(supplier), transferred()) == (0, 1000)
    assert Note.objects.filter(action="payout.book", actor=ANNA).count() == 1
    assert sound(over)


def test_it_is_no_earning_and_on_no_later_statement(statement, supplier, region, month, over):
    paid = pay(statement, over)
    settlement.came_back(payout_id=paid.pk, why="closed", actor=ANNA, at=over)
    pay(statement, over)

    assert settlement.take_up() == 0
    assert Earning.objects.count() == 1
    following = (month + timedelta(days=32)).replace(day=1)
    assert settlement.make_statements(region=region, month=following, at=over) == 0
    assert sound(over)


def test_an_entry_of_a_payout_that_is_taken_back_by_hand_is_no_earning_and_is_found(
    statement, over
):
    paid = pay(statement, over)
    entry = Entry.objects.get(key=f"payout:{paid.pk}")
    ledger.reverse(entry_id=entry.pk, why="wrong", actor=BEN, at=over)

    assert settlement.take_up() == 0
    off = invariants.check("payouts-equal-ledger", at=over)
    assert [row.split()[0] for row in off] == [f"payout={paid.pk}"] * 2


def test_above_the_limit_a_second_person_approves_it(statement, supplier, over, settings):
    settings.REFUND_LIMIT_FEN = 999
    asked = pay(statement, over)
    assert (asked.state, owed(supplier)) == (PayoutState.ASKED, 1000)

    with pytest.raises(settlement.SecondPerson):
        settlement.approve_payout(payout_id=asked.pk, actor=ANNA, at=over)
    assert (owed(supplier), transferred()) == (1000, 0)

    done = settlement.approve_payout(payout_id=asked.pk, actor=BEN, at=over)
    assert (done.state, done.asked_by, done.approved_by) == (PayoutState.DUE, ANNA, BEN)
    assert (owed(supplier), transferred()) == (0, 1000)
    with pytest.raises(settlement.PayoutNotWaiting):
        settlement.approve_payout(payout_id=asked.pk, actor=BEN, at=over)
    assert transferred() == 1000
    assert sound(over)


def test_what_waits_is_given_up_and_asked_for_again(statement, supplier, over, settings):
    settings.REFUND_LIMIT_FEN = 0
    asked = pay(statement, over)
    with pytest.raises(settlement.PaidBefore):
        pay(statement, over, BEN)
    settlement.drop_payout(payout_id=asked.pk, actor=BEN, at=over)
    assert nothing_moved(supplier)

    with pytest.raises(settlement.PayoutNotWaiting):
        settlement.approve_payout(payout_id=asked.pk, actor=BEN, at=over)
    assert pay(statement, over, BEN).state == PayoutState.ASKED


def test_again_it_is_refused(statement, over):
    pay(statement, over)

    with pytest.raises(settlement.PaidBefore):
        pay(statement, over, BEN)
    assert (Payout.objects.count(), transferred()) == (1, 1000)


@pytest.mark.parametrize("state", ["OPEN", "SENT", "DISPUTED"])
def test_only_what_the_supplier_has_confirmed(supplier, region, month, at, over, state):
    with_account(supplier, at)
    earned(supplier, 1000, at=INSIDE)
    settlement.make_statements(region=region, month=month, at=over)
    found = Statement.objects.get()
    if state != "OPEN":
        settlement.send(statement_id=found.pk, actor="user:1", at=over)
    if state == "DISPUTED":
        settlement.dispute(statement_id=found.pk, words="No.", actor="user:2", at=over)

    with pytest.raises(settlement.NothingToPay):
        pay(found, over)
    assert nothing_moved(supplier)


def test_nothing_below_zero_is_paid_out(supplier, region, month, at, over):
    with_account(supplier, at)
    earned(supplier, -5, at=INSIDE)

    with pytest.raises(settlement.NothingToPay):
        pay(confirmed(supplier, region, month), over)
    assert nothing_moved(supplier, -5)


def test_not_without_an_account(supplier, region, month, over):
    earned(supplier, 1000, at=INSIDE)

    with pytest.raises(settlement.NoAccount):
        pay(confirmed(supplier, region, month), over)
    assert nothing_moved(supplier)


def test_nobody_pays_out_to_the_house_they_work_for(statement, supplier, over, settings):
    here = MembershipFactory(organisation=supplier).user
    with pytest.raises(OwnMoney):
        pay(statement, over, here.actor)
    assert nothing_moved(supplier)

    settings.REFUND_LIMIT_FEN = 0
    asked = pay(statement, over)
    with pytest.raises(OwnMoney):
        settlement.approve_payout(payout_id=asked.pk, actor=here.actor, at=over)
    assert (owed(supplier), transferred()) == (1000, 0)


def test_nobody_says_that_the_money_of_their_own_house_came_back(statement, supplier, over):
    here = MembershipFactory(organisation=supplier).user.actor
    paid = pay(statement, over)
    with pytest.raises(OwnMoney):
        settlement.came_back(payout_id=paid.pk, why="account closed", actor=here, at=over)

    paid.refresh_from_db()
    assert (paid.state, owed(supplier), transferred()) == (PayoutState.DUE, 0, 1000)


@pytest.mark.parametrize(("guarantee_fen", "is_paid"), [(0, False), (299, False), (300, True)])
def test_what_was_given_back_since_holds_it_up_beyond_the_guarantee(
    statement, supplier, region, over, guarantee_fen, is_paid
):
    later = over + timedelta(days=1)
    agree(supplier, later, TermsOfKind(permille=0), guarantee_fen=guarantee_fen)
    earned(supplier, -300, at=later)

    if is_paid:
        pay(statement, later)
    else:
        with pytest.raises(settlement.WouldOwe):
            pay(statement, later)
    assert (owed(supplier), transferred()) == ((-300, 1000) if is_paid else (700, 0))
    assert Payout.objects.exists() == is_paid
    assert sound(later)


def test_what_was_given_back_while_it_waits_holds_it_up(statement, supplier, over, settings):
    settings.REFUND_LIMIT_FEN = 0
    asked = pay(statement, over)
    earned(supplier, -1, at=over)

    with pytest.raises(settlement.WouldOwe):
        settlement.approve_payout(payout_id=asked.pk, actor=BEN, at=over)
    asked.refresh_from_db()
    assert (asked.state, asked.approved_by, transferred()) == (PayoutState.ASKED, "", 0)

    earned(supplier, 1, at=over)
    settlement.approve_payout(payout_id=asked.pk, actor=BEN, at=over)
    assert (owed(supplier), transferred()) == (0, 1000)


def test_refunds_after_it_are_carried_over_and_set_off(statement, supplier, region, month, over):
    pay(statement, over)
    earned(supplier, -400, at=over)
    following = (month + timedelta(days=32)).replace(day=1)
    settlement.make_statements(region=region, month=following, at=over)
    then = month_end(region, following) + timedelta(days=2)
    earned(supplier, 1000, at=then)
    third = confirmed(supplier, region, (following + timedelta(days=32)).replace(day=1))

    assert (third.carried_fen, third.balance_fen) == (-400, 600)
    pay(third, third.sent_at)
    assert (owed(supplier), transferred()) == (0, 1600)
    assert sound(third.sent_at)


def test_each_is_in_one_file_and_marked_with_the_banks_reference(statement, supplier, over):
    paid = pay(statement, over)
    file = settlement.make_file(actor=ANNA, at=over)
    with pytest.raises(settlement.NothingDue):
        settlement.make_file(actor=ANNA, at=over)
    assert (BankFile.objects.count(), file.rows, file.payouts.get()) == (1, 1, paid)

    with pytest.raises(settlement.NothingGiven):
        settlement.mark_file_sent(file_id=file.pk, reference=" ", actor=ANNA, at=over)
    assert Payout.objects.get().state == PayoutState.DUE
    assert settlement.mark_file_sent(file_id=file.pk, reference="ICBC-1", actor=ANNA, at=over) == 1
    assert settlement.mark_file_sent(file_id=file.pk, reference="ICBC-2", actor=ANNA, at=over) == 0

    paid.refresh_from_db()
    assert (paid.state, paid.reference, transferred()) == (PayoutState.SENT, "ICBC-1", 1000)


def test_what_came_back_may_be_paid_again_and_is_owed_once(statement, supplier, at, over):
    paid = pay(statement, over)
    settlement.make_file(actor=ANNA, at=over)
    settlement.mark_sent(payout_id=paid.pk, reference="1", actor=ANNA, at=over)
    with pytest.raises(settlement.NothingGiven):
        settlement.came_back(payout_id=paid.pk, why="", actor=ANNA, at=over)
    assert transferred() == 1000

    settlement.came_back(payout_id=paid.pk, why="account closed", actor=ANNA, at=over)
    assert (owed(supplier), transferred()) == (1000, 0)
    with pytest.raises(settlement.PayoutNotWaiting):
        settlement.came_back(payout_id=paid.pk, why="account closed", actor=ANNA, at=over)
    with_account(supplier, over)
    again = pay(statement, over)

    assert again.account != paid.account
    assert (owed(supplier), transferred()) == (0, 1000)
    assert settlement.make_file(actor=ANNA, at=over).payouts.get() == again
    assert sound(over)


def test_the_account_is_sealed_and_the_newest_counts(supplier, at):
    with_account(supplier, at)
    kept = BankAccount.objects.get()

    assert ACCOUNT.number not in kept.sealed + kept.masked
    assert settlement.plain_account(kept) == ACCOUNT


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE bookings_settlement_payout SET fen = 1",
        "DELETE FROM bookings_settlement_payout",
        "UPDATE bookings_settlement_bankaccount SET masked = '1'",
    ],
)
def test_what_was_asked_for_stays(statement, over, sql):
    pay(statement, over)

    with (
        pytest.raises(DatabaseError, match="stays"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(sql)
    assert Payout.objects.get().fen == 1000
