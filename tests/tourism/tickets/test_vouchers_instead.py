"""A voucher of ten percent more instead of money: once, in the buyer's own balance, and in the books."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
from django.db.models import Sum
from django.urls import reverse

from bookings.balance import queries as balances
from bookings.balance.models import Account, Credit, Grant
from bookings.fulfilment import operations as fulfilment
from bookings.invariants import balances as balance_rules
from bookings.invariants import money as money_rules
from bookings.ledger.models import Posting
from bookings.orders import operations as orders
from bookings.orders.models import Line, State
from bookings.payments.models import Attempt
from bookings.refunds import operations as refunds
from bookings.refunds.models import Refund, RefundState
from kernel import clock
from kernel.outbox.models import Event
from tests.cast import enter
from tests.factories.accounts import TouristFactory
from tests.factories.tourism import ask_for, person
from tests.tourism.conftest import AT, wish
from tests.tourism.tickets.test_stops import hours, local, ride, row_of, stop  # noqa: F401
from tourism.tickets import operations as tickets
from tourism.tickets.models import Choice, StoppedLine

pytestmark = pytest.mark.django_db

LATER = timedelta(minutes=30)


def sell_paid(
    slot, *numbers: int, actor: str, provider="sandbox", payer: str | None = None
) -> Line:
    """Paid by a payment that holds the money, and delivered."""
    people = [person(number) for number in numbers]
    fen = 8_000 * len(people)
    order = orders.place(wish(ask_for(slot, *people), total_fen=fen, actor=actor), at=AT)
    attempt = Attempt.objects.create(
        order=order, provider=provider, token=f"t{order.pk}", amount_fen=fen, currency="CNY",
        state="SUCCEEDED", captured_fen=fen, payer=actor if payer is None else payer,
        created_at=AT, ended_at=AT,
    )  # fmt: skip
    money = {
        "attempt_id": attempt.pk, "order_id": order.pk, "amount_fen": fen, "currency": "CNY",
        "provider": provider,
    }  # fmt: skip
    orders.settle(facts=money, at=AT)
    fulfilment.deliver(order_id=order.pk, at=AT)
    return order.lines.get()


@pytest.fixture
def me():
    return TouristFactory()


@pytest.fixture
def line(me, ride, hours) -> Line:  # noqa: F811
    made = sell_paid(hours[2], 1, 2, actor=me.actor)
    stop(ride)
    return made


def take(line: Line, at, owner: str) -> None:
    tickets.choose(row=row_of(line), choice=Choice.CREDIT, owner=owner, at=at)


def books(*, but: str = "") -> Counter[str]:
    """What every kind of account stands at."""
    sums: Counter[str] = Counter()
    for row in Posting.objects.values("account").annotate(fen=Sum("amount_fen")):
        sums[row["account"].partition(":")[0]] += row["fen"]
    return Counter({kind: fen for kind, fen in sums.items() if fen})


def test_a_voucher_is_the_whole_price_and_a_tenth_on_top(line, ride, me):  # noqa: F811
    at = local(ride, 11, 30)
    row = row_of(line)

    seen = tickets.voucher_of(row, at=at)
    take(line, at, me.actor)

    assert (seen.fen, seen.bonus_fen) == (16_000, 1_600)
    account = Account.objects.get(actor=me.actor)
    assert (account.paid_fen, account.bonus_fen) == (16_000, 1_600)
    assert Grant.objects.get().expires_at == at + timedelta(days=365)
    assert balances.standing(me.actor, at=at).left_fen == 17_600
    line.refresh_from_db()
    row = row_of(line)
    assert (line.state, row.choice, row.ended_at) == (State.CANCELLED, Choice.CREDIT, at)


def test_the_books_owe_the_balance_and_the_payment_service_keeps_the_money(line, ride, me):  # noqa: F811
    before = books()

    take(line, local(ride, 11, 30), me.actor)

    after = books()
    assert after["provider"] == before["provider"] == 16_000
    assert (after["balance"], after["bonus"], after["bonus-given"]) == (-16_000, -1_600, 1_600)
    assert after["supplier"] == after["buyer"] == 0
    at = local(ride, 12)
    for rule in (
        money_rules.payments_equal_ledger, money_rules.refunds_within_captured,
        money_rules.entry_sums_to_zero, balance_rules.balance_equals_ledger,
        balance_rules.bonus_equals_grants,
    ):  # fmt: skip
        assert rule(at) == []


def test_nothing_of_it_is_sent_back_as_well(line, ride, me):  # noqa: F811
    take(line, local(ride, 11, 30), me.actor)

    refund = Refund.objects.get()
    assert (refund.state, refund.amount_fen, refund.reason) == (
        RefundState.DONE, 16_000, "CREDITED",
    )  # fmt: skip
    refunds.send(refund_id=refund.pk, at=local(ride, 11, 31))
    assert refunds.send_due(at=local(ride, 12)) == 0
    attempt = Attempt.objects.get()
    assert (attempt.refunded_fen, attempt.returnable_fen) == (16_000, 0)
    assert Event.objects.filter(name="bookings.refund.done").count() == 1


def test_one_choice_a_ticket_whichever_it_was(line, ride, me):  # noqa: F811
    at = local(ride, 11, 30)
    take(line, at, me.actor)

    for choice in (Choice.REFUND, Choice.CREDIT, Choice.WAIT):
        with pytest.raises(
            tickets.AlreadyChosen if choice != Choice.CREDIT else refunds.NotForCredit
        ):
            tickets.choose(row=row_of(line), choice=choice, owner=me.actor, at=at)

    assert (Refund.objects.count(), Credit.objects.count()) == (1, 1)


def test_who_waits_may_take_the_voucher(line, ride, me):  # noqa: F811
    tickets.choose(row=row_of(line), choice=Choice.WAIT, at=local(ride, 11, 20))

    take(line, local(ride, 11, 30), me.actor)

    assert row_of(line).choice == Choice.CREDIT


def test_a_process_that_died_after_the_choice_is_made_up_for(line, ride, me, monkeypatch):  # noqa: F811
    at = local(ride, 11, 30)
    with monkeypatch.context() as patch:
        patch.setattr(tickets.choices, "_give_back", lambda _row, _at: False)
        take(line, at, me.actor)
    assert not Credit.objects.exists()

    assert [tickets.end_stops(at=at + LATER) for _twice in range(2)] == [1, 0]

    assert Credit.objects.get().account.actor == me.actor


def test_what_can_no_longer_be_a_voucher_is_money(line, ride, me, monkeypatch):  # noqa: F811
    at = local(ride, 11, 30)
    with monkeypatch.context() as patch:
        patch.setattr(tickets.choices, "_give_back", lambda _row, _at: False)
        take(line, at, me.actor)
    Attempt.objects.update(payer="user:0")

    tickets.end_stops(at=at + LATER)

    assert row_of(line).choice == Choice.REFUND
    assert not Credit.objects.exists()
    assert Refund.objects.get().state == RefundState.SENDING


@pytest.mark.parametrize(
    ("more", "because"),
    [({"payer": "user:0"}, "somebody else paid"), ({"provider": "balance"}, "paid from a balance")],
)
def test_only_what_the_buyer_paid_outside_becomes_a_voucher(me, ride, hours, more, because):  # noqa: F811
    line = sell_paid(hours[2], 1, actor=me.actor, **more)
    stop(ride)

    assert tickets.voucher_of(row_of(line), at=local(ride, 11, 30)) is None
    with pytest.raises(refunds.NotForCredit):
        take(line, local(ride, 11, 30), me.actor)

    assert row_of(line).choice == Choice.OPEN, because
    assert not Refund.objects.exists()


def test_without_an_owner_nothing_is_chosen(line, ride):  # noqa: F811
    with pytest.raises(refunds.NotForCredit):
        take(line, local(ride, 11, 30), "")

    assert row_of(line).choice == Choice.OPEN
    assert not Credit.objects.exists()


def test_only_what_is_unused_is_credited(line, ride, me):  # noqa: F811
    Line.objects.filter(pk=line.pk).update(used_parts=["p1"])

    take(line, local(ride, 11, 30), me.actor)

    assert Credit.objects.get().fen == 8_000


def test_the_page_offers_it_to_the_buyer_who_has_signed_in(client, line, ride, me, monkeypatch):  # noqa: F811
    monkeypatch.setattr(clock, "now", lambda: local(ride, 11, 30))
    url = reverse("areas:stopped", args=[line.order.token, line.pk])

    stranger = client.get(url).content.decode()
    assert client.post(url, {"choice": "CREDIT"}).status_code == 302
    assert row_of(line).choice == Choice.OPEN
    browser = enter(me)
    buyer = browser.get(url).content.decode()
    said = browser.post(url, {"choice": "CREDIT"}, follow=True).content.decode()

    assert ('value="CREDIT"' in stranger, 'value="CREDIT"' in buyer) == (False, True)
    assert "¥160 on your balance at once, and ¥16 on top" in buyer
    assert "Your voucher is on your balance." in said
    assert StoppedLine.objects.get().credited_to == me.actor
    home = browser.get(reverse("balance:show")).content.decode()
    assert "Credited instead of returned" in home
