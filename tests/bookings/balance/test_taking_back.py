"""A payment into a balance that went back outside leaves it, as far as it goes; a person unblocks it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import transaction
from django.urls import reverse

from bookings.balance import operations as balance
from bookings.balance.models import Account, Grant, Offer, TakenBack
from bookings.ledger import queries as ledger
from bookings.payments import providers
from bookings.payments.models import Attempt
from bookings.payments.operations.merge import merge
from kernel import invariants
from kernel.audit.models import Entry
from kernel.outbox import operations as outbox
from tests.bookings.balance.test_balance import ME, mine, top_up
from tests.cast import assemble, enter
from tests.factories.accounts import TouristFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def offer() -> Offer:
    return Offer.objects.create(
        name_zh="夏日", name_en="Summer", pay_fen=2000, bonus_fen=500, bonus_days=30
    )


@pytest.fixture
def paid_in(party, offer, now) -> Attempt:
    top_up(party, now)
    return Attempt.objects.get()


def learn(attempt: Attempt, at, **more) -> None:
    """What a provider says of a payment reaches us, and goes round."""
    said = replace(providers.get("sandbox").fetch(attempt.handle), **more)
    with transaction.atomic():
        merge(attempt_id=attempt.pk, payment=said, at=at)
    outbox.drain(at=at)


def spend(fen: int, at, *, actor: str = ME) -> bool:
    return balance.spend(
        actor=actor, token=f"t{fen}", amount_fen=fen, currency="CNY", words="", at=at
    )


def owed() -> int:
    return Account.objects.get(actor=ME).owed_fen


def is_blocked() -> bool:
    return Account.objects.get(actor=ME).blocked_at is not None


def sound(at) -> bool:
    assert invariants.check_all(at=at + timedelta(hours=1)) == []
    return True


def test_what_the_provider_returned_leaves_the_balance_with_its_bonus(paid_in, now):
    learn(paid_in, now, refunded_fen=2000)

    assert (mine(), owed(), is_blocked()) == ((0, 0), 0, True)
    assert Grant.objects.get().left_fen == 0
    assert ledger.balance("provider:sandbox") == 0
    assert sound(now)


def test_of_a_part_that_was_returned_so_much_of_the_bonus_leaves(paid_in, now):
    learn(paid_in, now, refunded_fen=500)
    assert mine() == (1500, 375)
    learn(paid_in, now, refunded_fen=2000)
    assert (mine(), TakenBack.objects.count()) == ((0, 0), 2)
    assert sound(now)


def test_what_was_spent_already_is_owed_and_nothing_more_is_spent(paid_in, now):
    assert spend(2100, now)
    learn(paid_in, now, refunded_fen=2000)

    assert (mine(), owed()) == ((0, 0), 1600)
    account = Account.objects.get(actor=ME)
    assert ledger.balance(f"balance-owed:{account.pk}") == 1600
    assert sound(now)


def test_a_blocked_balance_pays_nothing_however_much_is_there(party, paid_in, now):
    top_up(party, now, pay_fen=1000, bonus_fen=0)
    learn(paid_in, now, refunded_fen=500)
    assert mine() == (2500, 375)

    assert not spend(100, now)
    way = providers.get("balance")
    assert not way.is_offered(payer=ME, amount_fen=100, currency="CNY")
    assert mine() == (2500, 375)


def test_what_was_paid_before_it_was_blocked_is_still_known_as_paid(paid_in, now):
    assert spend(100, now)
    learn(paid_in, now, refunded_fen=500)
    assert spend(100, now)
    assert not spend(101, now)


def test_while_the_bank_decides_nothing_is_spent_and_nothing_leaves(paid_in, now):
    learn(paid_in, now, disputed_fen=2000, dispute="OPEN")
    assert (mine(), is_blocked(), spend(2000, now)) == ((2000, 500), True, False)
    assert sound(now)


def test_what_the_bank_took_for_good_leaves_the_balance_once(paid_in, now):
    learn(paid_in, now, disputed_fen=2000, dispute="OPEN")
    learn(paid_in, now, disputed_fen=2000, dispute="LOST")
    with transaction.atomic():
        facts = {"attempt_id": paid_in.pk, "purpose": "TOP_UP", "purpose_id": paid_in.purpose_id}
        balance.note_dispute(facts=facts, at=now)

    assert (mine(), owed(), TakenBack.objects.count()) == ((0, 0), 0, 1)
    assert (ledger.balance("provider:sandbox"), ledger.balance("lost:0")) == (0, 0)
    assert sound(now)


def test_each_dispute_that_was_lost_leaves_the_balance(paid_in, now):
    learn(paid_in, now, disputed_fen=500, dispute="LOST", dispute_ref="one")
    assert mine() == (1500, 375)
    learn(paid_in, now, disputed_fen=1500, dispute="LOST", dispute_ref="two")

    assert (mine(), owed(), TakenBack.objects.count()) == ((0, 0), 0, 2)
    assert (ledger.balance("provider:sandbox"), ledger.balance("lost:0")) == (0, 0)
    assert sound(now)


def test_a_dispute_decided_for_us_takes_nothing(paid_in, now):
    learn(paid_in, now, disputed_fen=2000, dispute="OPEN")
    learn(paid_in, now, disputed_fen=2000, dispute="WON")
    account = balance.unblock(account_id=Account.objects.get().pk, actor="user:1", at=now)
    assert (account.blocked_at, mine(), spend(2500, now)) == (None, (2000, 500), True)
    assert sound(now)


def test_money_that_came_twice_and_was_returned_takes_no_bonus(party, paid_in, now):
    other = Attempt.objects.create(
        purpose="TOP_UP", purpose_id=paid_in.purpose_id, provider="sandbox", token="other",
        amount_fen=2000, currency="CNY", state="PENDING", provider_ref="o", created_at=now,
    )  # fmt: skip
    said = replace(
        providers.get("sandbox").fetch(paid_in.handle), token="other", provider_ref="o",
        refunded_fen=2000,
    )  # fmt: skip
    with transaction.atomic():
        merge(attempt_id=other.pk, payment=said, at=now)
    outbox.drain(at=now)

    assert (mine(), owed(), Grant.objects.get().left_fen) == ((2000, 500), 0, 500)
    assert sound(now)


class TestUnblocking:
    def test_what_is_owed_is_set_off_against_what_came_in_since(self, party, paid_in, now):
        spend(2500, now)
        learn(paid_in, now, refunded_fen=2000)
        top_up(party, now, pay_fen=3000, bonus_fen=0)

        balance.unblock(account_id=Account.objects.get().pk, actor="user:1", at=now)

        assert (mine(), owed(), is_blocked()) == ((1000, 0), 0, False)
        said = Entry.objects.get(action="balance.unblock")
        assert (said.actor, said.facts) == ("user:1", {"set_off_fen": 2000, "owed_fen": 0})
        assert spend(1000, now)
        assert sound(now)

    def test_one_that_is_not_blocked_is_left_alone(self, paid_in, now):
        with pytest.raises(balance.NotBlocked):
            balance.unblock(account_id=Account.objects.get().pk, actor="user:1", at=now)
        assert (mine(), Entry.objects.filter(action="balance.unblock").count()) == ((2000, 500), 0)

    def test_the_desk_unblocks_it_from_its_list(self, paid_in, region, now):
        learn(paid_in, now, refunded_fen=500)
        desk = enter(assemble(region).he_ping)
        account = Account.objects.get(actor=ME)
        queues = {
            one.title: one.count for one in desk.get(reverse("admin:index")).context["queues"]
        }
        assert queues["Balances that are blocked"] == 1

        sent = {"action": "unblock", "_selected_action": [str(account.pk)]}
        desk.post(reverse("admin:bookings_balance_account_changelist"), sent)

        assert not is_blocked()
        assert Entry.objects.filter(action="balance.unblock").count() == 1


def test_the_page_says_so_in_plain_words(party, offer, now):
    person = TouristFactory()
    top_up(party, now, actor=person.actor)
    attempt = Attempt.objects.get()
    assert spend(1500, now, actor=person.actor)
    learn(attempt, now, refunded_fen=2000)

    page = enter(person).get("/en/balance/").content.decode()

    assert "was taken back" in page
    assert "¥10 of it had been spent already" in page
    assert "Taken back" in page
