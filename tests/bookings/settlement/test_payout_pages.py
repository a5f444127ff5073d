"""Payouts on pages: asked for, approved by another, into a file, marked; and what the supplier sees."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from accounts.identity import operations as identity
from accounts.identity.models import Authenticator
from accounts.organisations.models import Role
from bookings.settlement import operations as settlement
from bookings.settlement.models import BankAccount, BankFile, Payout, PayoutState, Statement
from bookings.settlement.operations.statements import month_end
from kernel import clock
from kernel.audit.models import Entry as Note
from tests.bookings.settlement.paying import ACCOUNT, transferred, with_account
from tests.cast import assemble, enter
from tests.contracts.settled import earned
from tests.factories.accounts import MembershipFactory, UserFactory
from tests.factories.kernel import RegionFactory

pytestmark = pytest.mark.django_db

STATEMENTS = "admin:bookings_settlement_statement_changelist"
MOVE = "admin:bookings_settlement_payout_move"
MAKE = "admin:bookings_settlement_bankfile_add"
TAKE = "admin:bookings_settlement_bankfile_take"


@pytest.fixture
def cast(db):
    return assemble(RegionFactory())


@pytest.fixture
def statement(cast) -> Statement:
    """Of the area's last month, confirmed: 5,000 yuan."""
    region = cast.area.region
    month = (region.local_date(clock.now()).replace(day=1) - timedelta(days=1)).replace(day=1)
    earned(cast.area, 500_000, at=month_end(region, month) - timedelta(days=1))
    settlement.make_statements(region=region, month=month, at=clock.now())
    found = Statement.objects.get(organisation=cast.area)
    settlement.send(statement_id=found.pk, actor="user:1", at=clock.now())
    return settlement.confirm(statement_id=found.pk, actor="user:2", at=clock.now())


@pytest.fixture
def second(cast):
    """Another person of the platform's desk."""
    platform = cast.he_ping.memberships.get().organisation
    person = UserFactory(login_name="second", is_staff=True)
    MembershipFactory(user=person, organisation=platform, role=Role.ADMIN)
    identity.begin_enrolment(user=person)
    Authenticator.objects.filter(user=person).update(confirmed=True)
    return enter(person)


def ask(browser, statement):
    return browser.post(
        reverse(STATEMENTS),
        {"action": "pay_out", "_selected_action": [statement.pk]},
        follow=True,
    )


def seen(browser, statement) -> str:
    """What the supplier reads."""
    page = browser.get(reverse("settlement:statement", args=[statement.pk]))
    return page.content.decode()


def test_from_the_desk_to_the_bank_and_to_the_supplier(cast, statement, second):
    desk, supplier = enter(cast.he_ping), enter(cast.li_wei)
    with_account(cast.area, clock.now())
    waiting = desk.get(reverse(STATEMENTS), {"is_due": "True"}).content.decode()
    assert "¥5,000" in waiting

    ask(desk, statement)
    [payout] = Payout.objects.all()
    assert (payout.state, transferred()) == (PayoutState.ASKED, 0)
    assert "¥5,000" not in desk.get(reverse(STATEMENTS), {"is_due": "True"}).content.decode()
    assert "being prepared" in seen(supplier, statement)

    refused = desk.post(reverse(MOVE, args=[payout.pk]), {"step": "approve"})
    assert refused.status_code == 200
    assert (Payout.objects.get().state, transferred()) == (PayoutState.ASKED, 0)
    assert second.post(reverse(MOVE, args=[payout.pk]), {"step": "approve"}).status_code == 302
    assert transferred() == 500_000
    assert "on its way to your account …4567" in seen(supplier, statement)

    assert "QYP" in desk.get(reverse(MAKE)).content.decode()
    desk.post(reverse(MAKE))
    file = BankFile.objects.get()
    taken = desk.post(reverse(TAKE, args=[file.pk]), {"step": "download"})
    row = taken.content.decode("utf-8-sig").splitlines()[1]
    assert row.startswith(
        f"QYP{payout.pk},{ACCOUNT.holder},{ACCOUNT.number},{ACCOUNT.bank},5000,CNY"
    )
    assert Note.objects.filter(action="bank-file.download").count() == 1
    assert ACCOUNT.number not in desk.get(reverse(TAKE, args=[file.pk])).content.decode()

    desk.post(reverse(TAKE, args=[file.pk]), {"step": "sent", "reference": "ICBC-77"})
    assert Payout.objects.get().state == PayoutState.SENT
    assert "ICBC-77" in seen(supplier, statement)
    rows = supplier.get(reverse("settlement:statements")).context["rows"]
    assert [(str(word), tone) for _each, word, tone in rows] == [("paid", "good")]


def test_what_comes_back_is_said_to_the_supplier_and_paid_again(cast, statement, settings):
    settings.REFUND_LIMIT_FEN = 500_000
    desk = enter(cast.he_ping)
    with_account(cast.area, clock.now())
    ask(desk, statement)
    [payout] = Payout.objects.all()
    where = reverse(MOVE, args=[payout.pk])
    assert desk.post(where, {"step": "back", "why": " "}).status_code == 200
    assert Payout.objects.get().state == PayoutState.DUE
    assert desk.post(where, {"step": "elsewhere"}).status_code == 200

    desk.post(where, {"step": "sent", "reference": "1"})
    desk.post(where, {"step": "back", "why": "account closed"})

    assert transferred() == 0
    assert "account closed" in seen(enter(cast.li_wei), statement)
    ask(desk, statement)
    assert (Payout.objects.count(), transferred()) == (2, 500_000)


def test_a_supplier_does_not_pay_itself(cast, statement):
    with_account(cast.area, clock.now())

    refused = enter(cast.li_wei).post(
        reverse(STATEMENTS), {"action": "pay_out", "_selected_action": [statement.pk]}
    )

    assert refused.status_code == 403
    assert not Payout.objects.exists()


def test_the_account_is_entered_by_an_administrator_of_the_house_and_shown_masked(cast, statement):
    where = reverse("settlement:account", args=[cast.area.pk])
    data = {"holder": ACCOUNT.holder, "number": ACCOUNT.number, "bank": ACCOUNT.bank}
    assert enter(cast.qian_bo).post(where, data).status_code == 404
    assert enter(cast.chen_jie).post(where, data).status_code == 403
    browser = enter(cast.li_wei)
    assert browser.post(where, {**data, "number": "=1"}).status_code == 200
    assert not BankAccount.objects.exists()
    assert where in browser.get(reverse("settlement:statements")).content.decode()

    assert browser.post(where, data).status_code == 302

    assert settlement.plain_account(BankAccount.objects.get()) == ACCOUNT
    shown = browser.get(where).content.decode()
    assert "…4567" in shown
    assert ACCOUNT.number not in shown
