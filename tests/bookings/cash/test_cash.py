"""Cash at the counter: a drawer with its shift, payments into it, refunds out of it, the count."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from unittest.mock import Mock

import pytest

from accounts.identity.models import User
from accounts.organisations.models import Organisation, Role
from bookings.cash import operations as cash
from bookings.cash.models import Payout, Shift, Taking
from bookings.ledger import queries as ledger
from bookings.orders.models import Order, State
from bookings.payments import operations as payments
from bookings.payments import providers
from bookings.payments.models import Attempt, AttemptState
from bookings.payments.providers import Handle, Outcome
from bookings.refunds import operations as refunds
from bookings.refunds.models import Refund, RefundState
from kernel import invariants
from kernel.errors import BadInput
from kernel.outbox import operations as outbox
from tests.cast import enter
from tests.factories.accounts import MembershipFactory, OrganisationFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def house(order: Order) -> Organisation:
    return OrganisationFactory(region=order.region)


def clerk_of(house: Organisation, role: Role = Role.COUNTER) -> User:
    user = UserFactory()
    MembershipFactory(user=user, organisation=house, role=role)
    return user


@pytest.fixture
def clerk(house: Organisation) -> User:
    return clerk_of(house)


@pytest.fixture
def shift(clerk: User, house: Organisation, now: datetime) -> Shift:
    return cash.open_shift(clerk_id=clerk.pk, organisation_id=house.pk, float_fen=10_000, at=now)


def take(clerk: User, token: str, fen: int, at: datetime) -> bool:
    return cash.take(actor=clerk.actor, token=token, amount_fen=fen, words=token, at=at)


def drawer(shift: Shift) -> int:
    shift.refresh_from_db()
    return shift.expected_fen


def sound(at: datetime) -> bool:
    outbox.drain(at=at)
    found = invariants.check_all(at=at + timedelta(minutes=5))
    assert found == []
    return True


@pytest.fixture
def sold(shift: Shift, clerk: User, order: Order, now: datetime) -> Order:
    """An order that was paid at the counter, through its page."""
    browser = enter(clerk)
    shown = browser.get("/en/counter/take/", {"code": order.code.lower()})
    assert "¥20" in shown.content.decode()
    form = {"code": order.code, "shown_fen": "2000", "given": "50"}
    page = browser.post("/en/counter/take/", form, follow=True).content.decode()
    assert "¥20 taken for" in page
    assert "Give back ¥30" in page
    outbox.drain(at=now)
    order.refresh_from_db()
    return order


def cancel(order: Order, now: datetime, parts: list[str], fen: int) -> None:
    line = order.lines.get()
    refunds.cancel(
        order=order,
        parts={line.pk: parts},
        shown_fen=fen,
        actor=order.actor,
        reason="BUYER",
        at=now,
    )
    outbox.drain(at=now)


def test_an_order_is_paid_into_the_drawer(sold, shift, now):
    assert (sold.state, drawer(shift)) == (State.CONFIRMED, 12_000)
    assert ledger.balance("provider:cash") == 0
    assert ledger.balance(shift.account) == 12_000
    assert sound(now)


def test_a_refund_waits_at_the_counter_and_is_paid_out_once(sold, shift, clerk, now):
    cancel(sold, now, ["p0"], 1000)
    payout = Payout.objects.get()
    assert (Refund.objects.get().state, payout.fen, drawer(shift)) == (
        RefundState.SENT, 1000, 12_000,
    )  # fmt: skip
    assert sound(now)

    browser = enter(clerk)
    assert sold.code in browser.get("/en/counter/").content.decode()
    for word in ("¥10 paid out for", "paid out already"):
        page = browser.post(f"/en/counter/payouts/{payout.pk}/", follow=True).content.decode()
        assert word in page
    outbox.drain(at=now)

    assert (Refund.objects.get().state, drawer(shift)) == (RefundState.DONE, 11_000)
    assert ledger.balance(f"buyer:{sold.pk}") == 0
    assert sound(now)


def test_asked_again_a_refund_that_was_fetched_is_done(sold, shift, clerk, house, now):
    cancel(sold, now, ["p0"], 1000)
    refund, attempt = Refund.objects.get(), Attempt.objects.get()
    way = providers.get("cash")
    again = way.refund(attempt.handle, token=refund.token, amount_fen=1000)
    assert again.outcome is Outcome.PENDING
    cash.pay_out(
        payout_id=Payout.objects.get().pk, actor=clerk.actor, organisation_ids={house.pk}, at=now
    )

    again = way.refund(attempt.handle, token=refund.token, amount_fen=1000)
    assert (again.outcome, Payout.objects.count()) == (Outcome.SUCCEEDED, 1)


def test_no_more_is_promised_back_than_was_taken(shift, clerk, now):
    take(clerk, "t", 1000, now)
    way, handle = providers.get("cash"), Handle("t", "t", "", 1000, "CNY")
    found = [way.refund(handle, token=f"r{n}", amount_fen=600).outcome for n in range(2)]

    assert found == [Outcome.PENDING, Outcome.FAILED]
    assert [p.fen for p in Payout.objects.all()] == [600]


def test_not_more_than_is_in_the_drawer_is_paid_out(clerk, house, now):
    shift = cash.open_shift(clerk_id=clerk.pk, organisation_id=house.pk, float_fen=0, at=now)
    take(clerk, "t", 1000, now)
    cash.close_shift(actor=clerk.actor, counted_fen=1000, note="", at=now)
    payout = cash.ask_payout(token="t", payout_token="r", amount_fen=1000, at=now)
    empty = cash.open_shift(clerk_id=clerk.pk, organisation_id=house.pk, float_fen=999, at=now)
    with pytest.raises(cash.NotInDrawer):
        cash.pay_out(payout_id=payout.pk, actor=clerk.actor, organisation_ids={house.pk}, at=now)

    payout.refresh_from_db()
    assert (payout.paid_at, drawer(empty), drawer(shift)) == (None, 999, 1000)
    assert sound(now)


def test_another_house_does_not_pay_it_out(sold, now):
    cancel(sold, now, ["p0"], 1000)
    payout = Payout.objects.get()
    stranger = clerk_of(OrganisationFactory(region=sold.region))
    own = stranger.memberships.get().organisation_id
    cash.open_shift(clerk_id=stranger.pk, organisation_id=own, float_fen=10_000, at=now)
    browser = enter(stranger)

    page = browser.post(f"/en/counter/payouts/{payout.pk}/", follow=True).content.decode()

    payout.refresh_from_db()
    assert "paid out already, or not here" in page
    assert payout.paid_at is None
    assert sold.code not in browser.get("/en/counter/").content.decode()


def test_a_clerk_of_two_houses_pays_each_houses_money_from_its_own_drawer(
    sold, shift, clerk, house, now
):
    cancel(sold, now, ["p0"], 1000)
    payout = Payout.objects.get()
    cash.close_shift(actor=clerk.actor, counted_fen=12_000, note="", at=now)
    other = OrganisationFactory(region=sold.region)
    MembershipFactory(user=clerk, organisation=other, role=Role.COUNTER)
    theirs = cash.open_shift(clerk_id=clerk.pk, organisation_id=other.pk, float_fen=5000, at=now)
    both = {house.pk, other.pk}

    assert sold.code not in enter(clerk).get("/en/counter/").content.decode()
    with pytest.raises(cash.NothingToPayOut):
        cash.pay_out(payout_id=payout.pk, actor=clerk.actor, organisation_ids=both, at=now)

    payout.refresh_from_db()
    assert (payout.paid_at, drawer(theirs), ledger.balance(f"safe:{other.pk}")) == (
        None,
        5000,
        -5000,
    )
    cash.close_shift(actor=clerk.actor, counted_fen=5000, note="", at=now)
    cash.open_shift(clerk_id=clerk.pk, organisation_id=house.pk, float_fen=5000, at=now)
    cash.pay_out(payout_id=payout.pk, actor=clerk.actor, organisation_ids=both, at=now)
    assert sound(now)


def test_a_clerk_has_one_drawer(shift, clerk, house, now):
    with pytest.raises(cash.AlreadyOpen):
        cash.open_shift(clerk_id=clerk.pk, organisation_id=house.pk, float_fen=1, at=now)
    assert Shift.objects.count() == 1
    assert sound(now)


def test_without_a_drawer_nothing_is_taken(order, clerk, now):
    assert not take(clerk, "t", 1000, now)
    assert not providers.get("cash").is_offered(payer=clerk.actor, amount_fen=1, currency="CNY")
    form = {"code": order.code, "shown_fen": "2000"}
    enter(clerk).post("/en/counter/take/", form)
    assert (Taking.objects.count(), Attempt.objects.count()) == (0, 0)


def test_one_token_is_taken_once_also_after_the_shift(shift, clerk, now):
    assert [take(clerk, "t", 1000, now) for _time in range(2)] == [True, True]
    cash.close_shift(actor=clerk.actor, counted_fen=11_000, note="", at=now)
    assert take(clerk, "t", 1000, now)
    assert drawer(shift) == 11_000
    assert sound(now)


def test_the_count_closes_and_empties_the_drawer(shift, clerk, house, now):
    take(clerk, "t", 1000, now)
    closed = cash.close_shift(actor=clerk.actor, counted_fen=11_000, note="", at=now)

    assert (closed.difference_fen, ledger.balance(shift.account)) == (0, 0)
    assert ledger.balance(f"safe:{house.pk}") == 1000
    assert not take(clerk, "u", 1000, now)
    assert sound(now)


@pytest.mark.parametrize(("counted", "difference"), [(10_950, -50), (11_007, 7)])
def test_a_difference_needs_a_word_and_is_booked(shift, clerk, house, now, counted, difference):
    take(clerk, "t", 1000, now)
    with pytest.raises(cash.SayWhy):
        cash.close_shift(actor=clerk.actor, counted_fen=counted, note="  ", at=now)
    shift.refresh_from_db()
    assert shift.closed_at is None

    closed = cash.close_shift(actor=clerk.actor, counted_fen=counted, note="miscounted", at=now)

    assert (closed.difference_fen, closed.note) == (difference, "miscounted")
    assert ledger.balance(f"cash-difference:{house.pk}") == -difference
    assert ledger.balance(shift.account) == 0
    assert sound(now)


@pytest.mark.parametrize("fen", [-1, cash.MOST_FEN + 1])
def test_a_strange_sum_is_refused(clerk, house, now, fen):
    with pytest.raises(BadInput):
        cash.open_shift(clerk_id=clerk.pk, organisation_id=house.pk, float_fen=fen, at=now)
    assert not Shift.objects.exists()


class TestThePages:
    def test_a_shift_from_the_page(self, clerk, house, now):
        browser = enter(clerk)
        assert "Open my shift" in browser.get("/en/counter/").content.decode()
        browser.post("/en/counter/open/", {"organisation": house.pk, "float": "100"})
        assert drawer(Shift.objects.get()) == 10_000
        page = browser.post("/en/counter/close/", {"counted": "99"}, follow=True)
        assert "should hold ¥100" in page.content.decode()
        assert 'name="counted" value="99"' in page.content.decode()
        form = {"counted": "99", "note": "one yuan short"}
        report = browser.post("/en/counter/close/", form, follow=True).content.decode()
        assert "one yuan short" in report
        assert report.count(now.astimezone(house.region.tz).strftime("%a")) >= 2
        assert 'data-module="print"' in report
        assert "−¥1" in report

    def test_a_shift_is_not_opened_for_a_house_of_others(self, clerk, now):
        other = OrganisationFactory()
        answer = enter(clerk).post("/en/counter/open/", {"organisation": other.pk, "float": "1"})
        assert answer.status_code == 404
        assert not Shift.objects.exists()

    def test_an_order_of_another_region_is_not_there(self, order, now):
        stranger = clerk_of(OrganisationFactory())
        page = enter(stranger).get("/en/counter/take/", {"code": order.code}, follow=True)
        assert f"There is no order {order.code} here" in page.content.decode()

    def test_a_number_that_is_not_known_is_still_in_its_field(self, shift, clerk):
        page = enter(clerk).get("/en/counter/take/", {"code": "nobody1"}, follow=True)
        assert "There is no order NOBODY1 here" in page.content.decode()
        assert 'name="code" value="NOBODY1"' in page.content.decode()

    def test_a_sum_that_cannot_be_read_is_said_at_its_field_and_all_stays(self, clerk, house):
        other = OrganisationFactory(region=house.region)
        MembershipFactory(user=clerk, organisation=other, role=Role.COUNTER)
        form = {"organisation": other.pk, "float": "about 100"}
        page = enter(clerk).post("/en/counter/open/", form).content.decode()
        assert "Please give a sum in yuan, such as 190 or 190.50." in page
        assert 'name="float" value="about 100"' in page
        assert f'<option value="{other.pk}" selected>' in page
        assert not Shift.objects.exists()

    @pytest.mark.parametrize(
        ("form", "said"),
        [
            ({"shown_fen": "2000", "given": "19.99"}, "This is less than the ¥20 that are due."),
            ({"shown_fen": "1999", "given": "19.99"}, "Another sum is due now."),
        ],
    )
    def test_what_is_wrong_with_a_sum_is_said_on_the_page_of_the_order(
        self, shift, clerk, order, form, said
    ):
        page = enter(clerk).post("/en/counter/take/", {"code": order.code, **form}).content.decode()
        assert said in page
        assert 'name="given" value="19.99"' in page
        assert 'name="shown_fen" value="2000"' in page
        assert (Taking.objects.count(), drawer(shift)) == (0, 10_000)

    def test_what_is_paid_out_is_shown_first(self, sold, shift, clerk, now):
        cancel(sold, now, ["p0"], 1000)
        payout = Payout.objects.get()
        page = enter(clerk).get(f"/en/counter/payouts/{payout.pk}/").content.decode()
        payout.refresh_from_db()
        assert "¥10" in page
        assert sold.code in page
        assert (payout.paid_at, drawer(shift)) == (None, 12_000)

    @pytest.mark.parametrize(
        "form", [{"shown_fen": "1999"}, {"shown_fen": "2000", "given": "19.99"},
                 {"shown_fen": "x"}, {"shown_fen": "2000", "given": "-1"}],
    )  # fmt: skip
    def test_another_sum_than_shown_or_too_little_is_not_taken(
        self, shift, clerk, order, now, form
    ):
        enter(clerk).post("/en/counter/take/", {"code": order.code, **form})
        assert (Taking.objects.count(), Attempt.objects.count()) == (0, 0)

    def test_what_is_paid_is_not_taken_twice(self, sold, shift, clerk, now):
        form = {"code": sold.code, "shown_fen": "2000"}
        enter(clerk).post("/en/counter/take/", form)
        assert (Taking.objects.count(), drawer(shift)) == (1, 12_000)

    def test_the_report_is_for_the_house(self, shift, clerk):
        assert enter(clerk).get(f"/en/counter/shifts/{shift.pk}/").status_code == 200
        stranger = clerk_of(OrganisationFactory())
        assert enter(stranger).get(f"/en/counter/shifts/{shift.pk}/").status_code == 404


def stopped(clerk: User, order: Order, now: datetime, monkeypatch: pytest.MonkeyPatch) -> Attempt:
    """A clerk has pressed, and the process ended before the drawer was opened."""
    payable = replace(payments.next_of(order, at=now), payer=clerk.actor)
    with monkeypatch.context() as patched:
        patched.setattr(cash, "take", Mock(side_effect=RuntimeError))
        with pytest.raises(RuntimeError):
            payments.pay(payable=payable, provider="cash", at=now, buyer=payments.Buyer(""))
    return Attempt.objects.get(provider="cash")


def test_asking_about_a_payment_takes_no_cash_that_nobody_gave(
    shift, clerk, order, now, monkeypatch
):
    attempt = stopped(clerk, order, now, monkeypatch)

    later = now + payments.ASK_AFTER
    assert payments.ask_open(at=later) == 1

    attempt.refresh_from_db()
    assert (attempt.state, attempt.captured_fen) == (AttemptState.FAILED, 0)
    assert (Taking.objects.count(), drawer(shift)) == (0, 10_000)
    assert sound(later)


def test_cash_that_may_just_be_taken_has_not_failed_yet(shift, clerk, order, now, monkeypatch):
    attempt = stopped(clerk, order, now, monkeypatch)

    payments.ask_about(order=order, at=now)
    payments.release(attempt=attempt, at=now)

    attempt.refresh_from_db()
    assert attempt.state == AttemptState.CREATED


def test_cash_that_was_taken_before_the_process_ended_counts(shift, clerk, order, now, monkeypatch):
    attempt = stopped(clerk, order, now, monkeypatch)
    take(clerk, attempt.token, 2000, now)

    payments.ask_open(at=now + payments.ASK_AFTER)

    attempt.refresh_from_db()
    assert (attempt.state, attempt.captured_fen) == (AttemptState.SUCCEEDED, 2000)
    assert sound(now + payments.ASK_AFTER)


def test_cash_goes_into_the_drawer_of_who_takes_it(shift, clerk, house, order, now, monkeypatch):
    """Not into that of a clerk whose press before came to nothing; nor while it may still come."""
    first = stopped(clerk, order, now, monkeypatch)
    other = clerk_of(house)
    own = cash.open_shift(clerk_id=other.pk, organisation_id=house.pk, float_fen=0, at=now)
    payable = replace(payments.next_of(order, at=now), payer=other.actor)
    with pytest.raises(providers.ProviderDown):
        payments.pay(payable=payable, provider="cash", at=now, buyer=payments.Buyer(""))

    later = now + payments.ASK_AFTER
    payments.pay(payable=payable, provider="cash", at=later, buyer=payments.Buyer(""))

    first.refresh_from_db()
    assert first.state == AttemptState.FAILED
    assert (drawer(shift), drawer(own)) == (10_000, 2000)
    assert sound(later)
