"""Money that left without us: counted, seen by a person, and not returned again."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import transaction

from bookings.ledger import queries as ledger
from bookings.orders import operations as orders
from bookings.orders.models import Order, State
from bookings.refunds import operations as refunds
from bookings.refunds.models import Refund, RefundState
from kernel.outbox import operations as outbox
from tests.bookings.orders.test_change import change
from tests.bookings.refunds.conftest import ANNA, cancel, learn, sound, tell

pytestmark = pytest.mark.django_db


def cancel_all(order, at) -> None:
    """Staff cancel everything, whoever looks at the order."""
    parts = {order.lines.get().pk: ["p0", "p1"]}
    assert not refunds.by_staff(
        order=order, parts=parts, shown_fen=2000, refund_fen=2000, words="", actor=ANNA, at=at
    )


def stands(order) -> dict[str, int]:
    accounts = {
        "provider": "provider:sandbox", "buyer": f"buyer:{order.pk}",
        "outside": f"outside:{order.region_id}", "lost": f"lost:{order.region_id}",
        "by-hand": f"by-hand:{order.region_id}",
    }  # fmt: skip
    return {kind: ledger.balance(account) for kind, account in accounts.items()}


def test_what_the_provider_returned_itself_does_not_go_back_twice(paid, attempt, now):
    tell(attempt, now, refunded=1500)
    tell(attempt, now, refunded=1500, event_id="evt_3")

    paid.refresh_from_db()
    attempt.refresh_from_db()
    assert (attempt.refunded_fen, paid.flag) == (1500, "RETURNED")
    assert [(r.amount_fen, r.reason) for r in Refund.objects.all()] == [(1500, "OUTSIDE")]
    with pytest.raises(orders.Flagged):
        cancel(paid, now)
    assert paid.lines.get().cancelled_parts == []

    cancel_all(paid, now)
    outbox.drain(at=now)

    sent = Refund.objects.exclude(reason="OUTSIDE")
    assert [(refund.amount_fen, refund.state) for refund in sent] == [(500, "DONE")]
    assert stands(paid) == {"provider": 0, "buyer": 0, "outside": 0, "lost": 0, "by-hand": 0}
    assert sound(now + timedelta(hours=1))


def test_our_own_refund_told_back_is_nothing_new(paid, attempt, now):
    cancel(paid, now)
    tell(attempt, now, refunded=1000)
    paid.refresh_from_db()
    assert (paid.flag, Refund.objects.count()) == ("", 1)


def test_a_dispute_flags_the_order_until_it_is_won(paid, attempt, now):
    for dispute, flag in (("OPEN", "DISPUTED"), ("WON", "")):
        learn(attempt, now, disputed_fen=2000, dispute=dispute)
        paid.refresh_from_db()
        assert paid.flag == flag
    assert sound(now)


def test_what_somebody_looks_at_is_not_changed_into_something_that_can_be_cancelled(
    paid, attempt, shop, now
):
    learn(attempt, now, disputed_fen=2000, dispute="OPEN")

    with pytest.raises(orders.Flagged):
        change(paid, shop.bucket(5), 1000, now)

    assert (Order.objects.count(), paid.lines.get().cancelled_parts) == (1, [])


def test_nor_is_what_it_was_changed_into_before(paid, attempt, shop, now):
    made = change(paid, shop.bucket(5), 1000, now)
    learn(attempt, now, disputed_fen=2000, dispute="OPEN")

    with pytest.raises(orders.Flagged):
        cancel(made, now)

    assert (made.lines.get().state, Refund.objects.count()) == (State.CONFIRMED, 0)


def test_what_the_bank_has_taken_is_not_returned_again(paid, attempt, now):
    learn(attempt, now, disputed_fen=2000, dispute="LOST")
    with pytest.raises(orders.Flagged):
        cancel(paid, now)

    cancel_all(paid, now)
    outbox.drain(at=now)

    assert (paid.lines.get().state, Refund.objects.count()) == (State.CANCELLED, 0)
    assert stands(paid) == {"provider": 0, "buyer": 0, "outside": 0, "lost": 0, "by-hand": 0}
    assert sound(now + timedelta(hours=1))


def test_a_part_that_the_bank_has_taken_leaves_the_rest_to_be_sent(paid, attempt, now):
    learn(attempt, now, disputed_fen=700, dispute="LOST")

    cancel_all(paid, now)
    outbox.drain(at=now)

    assert [(r.amount_fen, r.state) for r in Refund.objects.all()] == [(1300, "DONE")]
    assert stands(paid) == {"provider": 0, "buyer": 0, "outside": 0, "lost": 0, "by-hand": 0}
    assert sound(now + timedelta(hours=1))


class TestWhileTheBankDecides:
    @pytest.fixture
    def waiting(self, paid, attempt, now) -> Refund:
        learn(attempt, now, disputed_fen=2000, dispute="OPEN")
        cancel_all(paid, now)
        outbox.drain(at=now)
        return Refund.objects.get()

    def test_what_is_owed_waits_for_a_person(self, paid, waiting, now):
        assert (waiting.amount_fen, waiting.state) == (2000, RefundState.FAILED)
        assert (waiting.attempt, "holds so much" in waiting.why) == (None, True)
        assert not refunds.send_again(refund_id=waiting.pk, at=now)
        assert (stands(paid)["buyer"], stands(paid)["by-hand"]) == (0, -2000)
        assert sound(now + timedelta(hours=1))

    def test_nobody_transfers_it_meanwhile(self, paid, waiting, now):
        refunds.ask_for_account(refund_id=waiting.pk, actor=ANNA, at=now)

        with pytest.raises(refunds.WithTheBank):
            refunds.pay_out(refund_id=waiting.pk, reference="T-1", actor=ANNA, at=now)

        waiting.refresh_from_db()
        assert (waiting.state, waiting.paid_out_ref) == (RefundState.FAILED, "")
        assert (stands(paid)["by-hand"], ledger.balance("bank:payouts")) == (-2000, 0)

    def test_decided_for_the_buyer_it_is_done(self, paid, attempt, waiting, now):
        learn(attempt, now, disputed_fen=2000, dispute="LOST")

        waiting.refresh_from_db()
        assert (waiting.state, waiting.done_at) == (RefundState.DONE, now)
        assert stands(paid) == {"provider": 0, "buyer": 0, "outside": 0, "lost": 0, "by-hand": 0}
        assert sound(now + timedelta(hours=1))

    def test_decided_for_us_a_person_pays_it_out(self, paid, attempt, waiting, now):
        learn(attempt, now, disputed_fen=2000, dispute="WON")
        refunds.ask_for_account(refund_id=waiting.pk, actor=ANNA, at=now)
        refunds.pay_out(refund_id=waiting.pk, reference="T-1", actor=ANNA, at=now)

        waiting.refresh_from_db()
        assert waiting.state == RefundState.DONE
        assert stands(paid)["by-hand"] == 0
        assert (ledger.balance("provider:sandbox"), ledger.balance("bank:payouts")) == (2000, -2000)
        assert sound(now + timedelta(hours=1))


def test_money_paid_twice_that_the_bank_took_is_not_returned(paid, attempt, now):
    facts = {
        "attempt_id": attempt.pk,
        "order_id": paid.pk,
        "amount_fen": 2000,
        "reason": "PAID_TWICE",
    }
    learn(attempt, now, disputed_fen=2000, dispute="LOST")
    for _time in range(2):
        with transaction.atomic():
            refunds.return_money(facts=facts, at=now)

    assert Refund.objects.count() == 0
    assert stands(paid)["lost"] == 0


def test_a_dispute_after_everything_went_back_is_heard(paid, attempt, now):
    cancel_all(paid, now)
    outbox.drain(at=now)

    learn(attempt, now, disputed_fen=2000, dispute="LOST")

    attempt.refresh_from_db()
    assert (attempt.dispute, attempt.returnable_fen) == ("LOST", 0)
    assert stands(paid)["lost"] == 2000
    assert sound(now + timedelta(hours=1))
