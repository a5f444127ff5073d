"""Nobody at a desk decides about money of their own: what they bought, paid a share of, or hold."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.db.models import Model

from bookings.balance import operations as balances
from bookings.balance.models import Account
from bookings.deposits import operations as deposits
from bookings.dues import operations as dues
from bookings.dues.models import LaterDue
from bookings.dues.models import State as DueState
from bookings.orders import operations as orders
from bookings.orders.models import Flag, Order
from bookings.refunds import operations as refunds
from bookings.refunds.models import BankDetails, Refund, RefundState
from bookings.tabs import operations as tabs
from bookings.tabs.models import Member, Payout, Tab
from kernel.audit.models import Entry
from tests.contracts import orders as rows
from tests.contracts import purses
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db

Decide = Callable[[str], Any]


@pytest.fixture
def me() -> str:
    return UserFactory().actor


def bought(order: Order, actor: str) -> None:
    Order.objects.filter(pk=order.pk).update(actor=actor)


def shared(order: Order, actor: str) -> None:
    """Somebody else's order, of which this person has paid a share."""
    order.attempts.create(
        purpose="SHARE", purpose_id=1, payer=actor, provider="sandbox", token="share",
        amount_fen=1, currency="CNY", created_at=rows.AT,
    )  # fmt: skip


def keep_nothing_of_a_deposit() -> tuple[Order, Model, Decide]:
    held = rows.deposit(1)
    return (
        held.order,
        held,
        lambda actor: deposits.settle(
            deposit_id=held.pk, keep_fen=0, reason="", actor=actor, at=rows.AT
        ),
    )


def say_that_use_was_free() -> tuple[Order, Model, Decide]:
    due = rows.later_due(1)
    LaterDue.objects.update(state=DueState.UNKNOWN, amount_fen=None)
    return (
        due.order,
        due,
        lambda actor: dues.meter(line_id=due.line_id, amount_fen=0, actor=actor, at=rows.AT),
    )


def settle_a_flag() -> tuple[Order, Model, Decide]:
    order = rows.order(1)
    Order.objects.update(flag=Flag.DISPUTED)
    return (
        order,
        order,
        lambda actor: orders.look_at(
            order_id=order.pk, flag=Flag.DISPUTED, why="it is fine", actor=actor, at=rows.AT
        ),
    )


def pay_out_a_refund() -> tuple[Order, Model, Decide]:
    stuck = rows.refund(1)
    Refund.objects.update(state=RefundState.FAILED)
    BankDetails.objects.create(refund=stuck, token="t", asked_by="user:0", expires_at=rows.AT)
    return (
        stuck.order,
        stuck,
        lambda actor: refunds.pay_out(refund_id=stuck.pk, reference="T-1", actor=actor, at=rows.AT),
    )


def row(of: Model) -> list[dict[str, Any]]:
    return list(type(of)._default_manager.filter(pk=of.pk).values())


@pytest.mark.parametrize("theirs", [bought, shared])
@pytest.mark.parametrize(
    "decision",
    [keep_nothing_of_a_deposit, say_that_use_was_free, settle_a_flag, pay_out_a_refund],
)
def test_of_an_order_of_their_own(me, theirs, decision):
    order, decided, decide = decision()
    theirs(order, me)
    before = row(decided)

    with pytest.raises(orders.OwnMoney):
        decide(me)

    assert (row(decided), Entry.objects.count()) == (before, 0)
    decide(UserFactory().actor)
    assert row(decided) != before


def test_whoever_paid_a_share_decides_about_no_refund_of_it(me):
    asked = rows.refund_request(1)
    shared(asked.order, me)
    before = row(asked)

    with pytest.raises(refunds.SecondPerson):
        refunds.decide(request_id=asked.pk, refund_fen=1, answer="", actor=me, at=rows.AT)

    assert row(asked) == before


class TestATab:
    @pytest.fixture
    def owed(self, me) -> Tab:
        tab = purses.tab(1)
        Tab.objects.update(used_fen=-700)
        Member.objects.create(tab=tab, user_id=int(me.removeprefix("user:")))
        return tab

    def test_is_not_paid_out_by_who_is_on_it(self, me, owed):
        with pytest.raises(orders.OwnMoney):
            tabs.pay_out(tab_id=owed.pk, actor=me, at=rows.AT)

        owed.refresh_from_db()
        assert (owed.used_fen, Payout.objects.count()) == (-700, 0)

    def test_nor_are_they_the_second_person(self, me, owed, settings):
        settings.REFUND_LIMIT_FEN = 699
        asked = tabs.pay_out(tab_id=owed.pk, actor="user:0", at=rows.AT)

        with pytest.raises(orders.OwnMoney):
            tabs.approve_payout(payout_id=asked.pk, actor=me, at=rows.AT)

        owed.refresh_from_db()
        asked.refresh_from_db()
        assert (owed.used_fen, asked.approved_by, asked.paid_at) == (-700, "", None)


def test_a_balance_is_not_unblocked_by_its_holder(me):
    account = Account.objects.create(actor=me, paid_fen=5, blocked_at=rows.AT)

    with pytest.raises(orders.OwnMoney):
        balances.unblock(account_id=account.pk, actor=me, at=rows.AT)

    account.refresh_from_db()
    assert (account.blocked_at, account.paid_fen) == (rows.AT, 5)
