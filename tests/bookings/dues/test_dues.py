"""The rest on a date, what use has cost, and what is no longer asked for."""

from __future__ import annotations

from datetime import timedelta

import pytest

from bookings.contracts import Due, When
from bookings.dues import operations as dues
from bookings.dues import queries
from bookings.dues.models import LaterDue, State
from bookings.fulfilment import operations as fulfilment
from bookings.inventory import queries as inventory
from bookings.ledger import queries as ledger
from bookings.orders import operations as orders
from bookings.orders.models import Hold, Line, Order
from bookings.orders.models import State as Standing
from bookings.payments.models import Attempt
from bookings.refunds import operations as refunds
from bookings.refunds.models import Refund
from bookings.vouchers import operations as vouchers
from bookings.vouchers.models import Pass, TurnedAway, Voucher
from bookings.vouchers.models import State as Good
from bookings.vouchers.posts import Post
from kernel.audit.models import Entry
from kernel.outbox import operations as outbox
from kernel.outbox.models import Event
from tests.bookings.conftest import ask
from tests.bookings.orders.test_settle import money, returns

pytestmark = pytest.mark.django_db


@pytest.fixture
def place(shop, sellers, at):
    """Places an order of three parts of 333 fen with a seller, paid as far as it is due at once."""
    bucket = shop.bucket(9)

    def placed(kind: str) -> Order:
        wish = shop.wish(ask(bucket, 3, price_fen=333, kind=kind), total_fen=999)
        order = orders.place(wish, at=at)
        if order.due_now_fen:
            paid_by_attempt(order, order.due_now_fen, at)
        outbox.drain(at=at)
        return Order.objects.get(pk=order.pk)

    return placed


def paid_by_attempt(order: Order, fen: int, at, **more: object) -> None:
    attempt = order.attempts.create(
        provider="sandbox", token=f"t{order.attempts.count()}", amount_fen=fen, captured_fen=fen,
        currency="CNY", created_at=at, ended_at=at, state="SUCCEEDED", **more,
    )  # fmt: skip
    if more.get("purpose") == "REST":
        facts = {**money(order, attempt_id=attempt.pk, amount_fen=fen)}
        dues.settle(facts={**facts, "purpose_id": more["purpose_id"]}, at=at)
    else:
        orders.settle(facts=money(order, attempt_id=attempt.pk, amount_fen=fen), at=at)


def pay_rest(order: Order, at, fen: int = 0) -> None:
    due = queries.open_of(order).get()
    paid_by_attempt(order, fen or due.amount_fen, at, purpose="REST", purpose_id=due.pk)


def cancelled(order: Order, keys: list[str], at) -> int:
    """What comes back for these parts of the order's only line."""
    parts = {order.lines.get().pk: keys}
    shown = refunds.quote(order=order, parts=parts, at=at).refund_fen
    refunds.cancel(
        order=order, parts=parts, shown_fen=shown, actor="guest:a", reason="BUYER", at=at
    )
    return shown


def test_the_rest_is_noted_when_the_first_part_is_paid(place, sellers, at):
    order = place("deposit")

    due = LaterDue.objects.get()

    assert (order.due_now_fen, due.amount_fen, due.state) == (199, 800, State.OPEN)
    assert due.shares == {"p0": 266, "p1": 267, "p2": 267}
    assert due.due_at == sellers["deposit"].starts_at
    assert dues.next_of(order, at=at).amount_fen == 800


def test_paying_the_rest_settles_the_buyers_account(place, at):
    order = place("deposit")

    pay_rest(order, at)

    assert LaterDue.objects.get().state == State.PAID
    assert ledger.balance(f"buyer:{order.pk}") == 0
    assert queries.received_of(order.lines.get()) == {"p0": 333, "p1": 333, "p2": 333}
    assert dues.next_of(order, at=at) is None


@pytest.mark.parametrize("fen", [799, 801])
def test_another_sum_for_the_rest_goes_back(place, at, fen):
    order = place("deposit")

    pay_rest(order, at, fen)

    assert LaterDue.objects.get().state == State.OPEN
    assert [row["reason"] for row in returns()] == ["WRONG_AMOUNT"]


def test_a_rest_paid_twice_goes_back_once(place, at):
    order = place("deposit")
    due = queries.open_of(order).get()
    pay_rest(order, at)

    paid_by_attempt(order, 800, at, purpose="REST", purpose_id=due.pk)

    assert [row["reason"] for row in returns()] == ["PAID_TWICE"]


def test_no_more_comes_back_than_came_in(place, at):
    """All of the price would come back by the terms; a fifth of it has been paid."""
    order = place("deposit")

    shown = cancelled(order, ["p0"], at)

    assert shown == 67
    assert Refund.objects.get().amount_fen == 67
    assert LaterDue.objects.get().amount_fen == 534
    assert ledger.balance(f"buyer:{order.pk}") == 534


def test_what_the_terms_keep_is_kept_of_what_came_in(place, sellers, at):
    order = place("deposit")
    late = sellers["deposit"].starts_at - timedelta(hours=1)

    shown = cancelled(order, ["p0", "p1", "p2"], late)

    assert shown == 0
    assert LaterDue.objects.get().state == State.WAIVED
    assert ledger.balance(f"buyer:{order.pk}") == 0


def test_after_the_rest_is_paid_all_of_a_part_comes_back(place, at):
    order = place("deposit")
    pay_rest(order, at)

    assert cancelled(order, ["p1"], at) == 333
    assert ledger.balance(f"buyer:{order.pk}") == 0


def test_what_use_has_cost_is_asked_for_once_it_is_known(place, at):
    order = place("later")
    line = order.lines.get()

    dues.meter(line_id=line.pk, amount_fen=1200, at=at)

    assert LaterDue.objects.get().amount_fen == 1200
    assert Event.objects.filter(name="bookings.due.opened").count() == 1
    assert ledger.balance(f"buyer:{order.pk}") == 1200
    pay_rest(order, at)
    assert ledger.balance(f"buyer:{order.pk}") == 0


def test_nothing_is_metered_twice(place, at):
    line = place("later").lines.get()
    dues.meter(line_id=line.pk, amount_fen=0, at=at)

    with pytest.raises(dues.NotMetered):
        dues.meter(line_id=line.pk, amount_fen=5, at=at)

    assert LaterDue.objects.get().state == State.WAIVED


def test_what_is_cancelled_before_use_is_never_metered(place, at):
    order = place("later")
    cancelled(order, ["p0", "p1", "p2"], at)

    with pytest.raises(dues.NotMetered):
        dues.meter(line_id=order.lines.get().pk, amount_fen=5, at=at)

    assert ledger.balance(f"buyer:{order.pk}") == 0


def test_noting_again_changes_nothing(place, at):
    order = place("deposit")
    pay_rest(order, at)

    dues.note(order_id=order.pk, at=at)

    assert LaterDue.objects.get().state == State.PAID


def test_a_refused_line_gives_back_what_came_in_and_asks_no_more(shop, sellers, at):
    sellers["shy"].answer = False
    sellers["shy"].dues = sellers["deposit"].dues
    order = orders.place(shop.wish(ask(shop.bucket(1), kind="shy"), total_fen=1000), at=at)
    paid_by_attempt(order, 200, at)
    outbox.drain(at=at)

    assert Refund.objects.get().amount_fen == 200
    assert not LaterDue.objects.filter(state=State.OPEN).exists()


def test_a_refused_line_is_never_metered(shop, sellers, at):
    sellers["shy"].dues = sellers["later"].dues
    order = orders.place(shop.wish(ask(shop.bucket(1), kind="shy"), total_fen=1000), at=at)
    outbox.drain(at=at)
    assert LaterDue.objects.get().state == State.UNKNOWN

    sellers["shy"].answer = False
    fulfilment.ask_waiting_suppliers(at=at)
    outbox.drain(at=at)

    assert LaterDue.objects.get().state == State.WAIVED
    with pytest.raises(dues.NotMetered):
        dues.meter(line_id=order.lines.get().pk, amount_fen=5, at=at)


def test_what_was_paid_at_once_for_cancelled_parts_is_not_metered_again(place, sellers, at):
    """Of three parts at 333 a fifth is paid at once; one is cancelled, the others have cost 700."""
    sellers["later"].dues = lambda total: (Due(198), Due(None, when=When.AFTER_USE))
    order = place("later")
    assert cancelled(order, ["p1"], at) == 66

    dues.meter(line_id=order.lines.get().pk, amount_fen=700, at=at)
    pay_rest(order, at)

    assert ledger.balance(f"buyer:{order.pk}") == 0
    assert ledger.balance(f"revenue:{order.lines.get().supplier_id}") == -166


@pytest.mark.parametrize(
    ("cost", "is_paid"), [(1200, True), (1200, False), (300, True), (0, False)]
)
def test_what_is_cancelled_after_metering_leaves_nothing_owed(place, at, cost, is_paid):
    order = place("later")
    line = order.lines.get()
    dues.meter(line_id=line.pk, amount_fen=cost, at=at)
    if is_paid:
        pay_rest(order, at)

    first = cancelled(order, ["p0"], at)
    rest = cancelled(order, ["p1", "p2"], at)

    assert ledger.balance(f"buyer:{order.pk}") == 0
    kept = (cost if is_paid else 0) - first - rest
    assert ledger.balance(f"revenue:{line.supplier_id}") == -kept


def told() -> list[dict[str, object]]:
    found = Event.objects.filter(name="bookings.due.fell-due").order_by("pk")
    return [event.facts for event in found]


def test_the_buyer_is_told_a_day_before_the_rest_is_due_and_once(place, at):
    order = place("deposit")
    due = LaterDue.objects.get()
    soon = due.due_at - dues.TELL_BEFORE

    counts = [dues.tell_due(at=moment) for moment in (soon - timedelta(seconds=1), soon, soon)]

    assert counts == [0, 1, 0]
    assert told() == [{"order_id": order.pk, "due_id": due.pk, "amount_fen": 800}]
    assert LaterDue.objects.get().told_at == soon


def test_of_what_is_paid_or_was_metered_nobody_is_told(place, at):
    pay_rest(place("deposit"), at)
    dues.meter(line_id=place("later").lines.get().pk, amount_fen=5, at=at)

    assert dues.tell_due(at=at + timedelta(days=30)) == 0


def test_who_orders_on_the_day_has_time_to_pay(place, sellers, at):
    """The day it falls due has ended before the order was paid, and it begins in five hours."""
    sellers["deposit"].starts_at = at + timedelta(hours=5)
    early = sellers["deposit"].day - timedelta(days=2)
    sellers["deposit"].dues = lambda total: (Due(total // 5), Due(total - total // 5, when=early))

    place("deposit")

    assert LaterDue.objects.get().due_at == at + dues.AT_LEAST


@pytest.fixture
def late(place, sellers):
    """A delivered order by deposit whose rest is not paid, and the moment it was to be there."""
    order = place("deposit")
    return order, LaterDue.objects.get().due_at


@pytest.mark.parametrize(
    ("steps", "back", "kept"),
    [([[0, 1000]], 199, 0), ([[0, 900]], 97, 102), ([[0, 500]], 0, 199), ([], 0, 199)],
)
def test_a_rest_that_is_not_there_in_time_ends_the_line_by_its_terms(late, steps, back, kept):
    """A fifth was paid: what the terms keep of each price is kept of that, and what is over goes back."""
    order, due_at = late
    Line.objects.update(terms={"steps": steps, "words": {}})

    counts = [refunds.end_overdue(at=due_at + timedelta(seconds=s)) for s in (-1, 30, 90)]
    outbox.drain(at=due_at)

    line = order.lines.get()
    bucket_id = Hold.objects.get().bucket_id
    assert counts == [0, 1, 0]
    assert (line.state, LaterDue.objects.get().state) == (Standing.CANCELLED, State.WAIVED)
    assert {voucher.state for voucher in Voucher.objects.all()} == {Good.VOIDED}
    assert sum(refund.amount_fen for refund in Refund.objects.all()) == back
    assert {refund.reason for refund in Refund.objects.all()} <= {"NOT_IN_FULL"}
    assert ledger.balance(f"revenue:{line.supplier_id}") == -kept
    assert ledger.balance(f"buyer:{order.pk}") == 0
    assert inventory.left([bucket_id]) == {bucket_id: 9}
    entry = Entry.objects.get(action="order.cancel")
    assert (entry.actor, entry.facts) == ("system", {"refund_fen": back, "reason": "NOT_IN_FULL"})


def test_the_terms_count_at_the_moment_it_was_due_however_late_we_look(late):
    _order, due_at = late
    Line.objects.update(terms={"steps": [[0, 1000]], "words": {}})

    refunds.end_overdue(at=due_at + timedelta(hours=3))

    assert Refund.objects.get().amount_fen == 199


def test_a_rest_that_is_paid_ends_nothing(late, at):
    order, due_at = late
    pay_rest(order, at)

    assert refunds.end_overdue(at=due_at) == 0
    assert order.lines.get().state == Standing.CONFIRMED


def test_money_that_is_there_and_not_counted_yet_is_waited_for(late, at):
    order, due_at = late
    due = LaterDue.objects.get()
    Attempt.objects.create(
        order=order, provider="sandbox", token="rest", amount_fen=800, captured_fen=800,
        currency="CNY", created_at=at, ended_at=due_at, state="SUCCEEDED", purpose="REST",
        purpose_id=due.pk,
    )  # fmt: skip

    refunds.end_overdue(at=due_at)

    assert order.lines.get().state == Standing.CONFIRMED


def test_a_rest_that_comes_after_the_end_goes_back(late, at):
    order, due_at = late
    due = LaterDue.objects.get()
    refunds.end_overdue(at=due_at)

    paid_by_attempt(order, 800, due_at, purpose="REST", purpose_id=due.pk)

    assert [row["reason"] for row in returns()] == ["GIVEN_UP"]


def test_metered_use_that_is_not_paid_ends_nothing(place, at):
    order = place("later")
    dues.meter(line_id=order.lines.get().pk, amount_fen=5, at=at)

    assert refunds.end_overdue(at=at + timedelta(days=30)) == 0
    assert LaterDue.objects.get().state == State.OPEN


def test_who_owes_the_rest_is_not_let_in(late, at):
    order, due_at = late
    line, carrier = order.lines.get(), Pass.objects.get()
    post = Post("deposit:1", {"en": "Gate"}, line.supplier_id, line.region_id)

    def scan(key: str) -> vouchers.Redeemed:
        return vouchers.redeem(
            text=carrier.short_code, post=post, actor="user:1", request_key=key, at=due_at
        )

    with pytest.raises(vouchers.RestUnpaid):
        scan("first")
    assert TurnedAway.objects.get().reason == "rest_unpaid"
    assert Voucher.objects.filter(entries_used__gt=0).count() == 0

    pay_rest(order, at)

    assert len(scan("second").vouchers) == 3


def test_no_page_is_open_longer_than_the_rest_can_be_paid(late, at):
    order, due_at = late

    closes = [
        dues.next_of(order, at=moment).closes_at for moment in (at, due_at - timedelta(minutes=5))
    ]

    assert closes == [at + timedelta(hours=2), due_at]


def test_metering_is_audited(place, at):
    order = place("later")

    dues.meter(line_id=order.lines.get().pk, amount_fen=5, actor="user:9", at=at)

    entry = Entry.objects.get(action="due.meter")
    assert (entry.actor, entry.subject) == ("user:9", order.subject)
    assert entry.facts == {"due_id": LaterDue.objects.get().pk, "amount_fen": 5}
