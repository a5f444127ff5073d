"""A bill whose payment went back outside is owed again, and the tab is closed until a person opens it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from django.db import transaction

from bookings.ledger import queries as ledger
from bookings.ledger.models import Entry
from bookings.payments import providers
from bookings.payments.models import Attempt
from bookings.payments.operations.merge import merge
from bookings.tabs import operations as tabs
from bookings.tabs.admin import TabForm
from bookings.tabs.models import Bill, Item, Tab
from kernel.outbox import operations as outbox
from tests.bookings.tabs.test_tabs import (  # noqa: F401
    next_month,
    pay_bill,
    person,
    sound,
    tab,
    use,
    used,
)
from tests.cast import enter

pytestmark = pytest.mark.django_db


@pytest.fixture
def bill(party, tab, person, now) -> Bill:  # noqa: F811
    """Of 3,000 fen, and paid."""
    use(person, "t", 3000, now)
    tabs.bill_months(at=next_month(tab, now))
    made = Bill.objects.get()
    pay_bill(party, made, now)
    assert (used(tab), made.paid_at) == (0, now)
    return made


def learn(at, attempt: Attempt | None = None, **more) -> None:
    """What a provider says of a payment reaches us, and goes round."""
    attempt = attempt or Attempt.objects.get()
    said = replace(providers.get("sandbox").fetch(attempt.handle), **more)
    with transaction.atomic():
        merge(attempt_id=attempt.pk, payment=said, at=at)
    outbox.drain(at=at)


def stands(tab: Tab) -> tuple[int, bool, int]:  # noqa: F811
    """What is used, whether it is open, and what the books say it owes."""
    tab.refresh_from_db()
    return tab.used_fen, tab.is_open, ledger.balance(tab.subject)


def test_what_the_provider_returned_opens_the_bill_again(party, tab, bill, person, now):  # noqa: F811
    learn(now, refunded_fen=3000)

    bill.refresh_from_db()
    assert (bill.paid_at, bill.attempt_id, stands(tab)) == (None, None, (3000, False, 3000))
    assert ledger.balance("provider:sandbox") == 0
    assert not use(person, "u", 1, now)
    assert sound(now)

    pay_bill(party, bill, now)
    assert (bill.paid_at, stands(tab)) == (now, (0, False, 0))
    assert sound(now)


def test_a_part_of_it_is_on_the_next_bill(tab, bill, now):  # noqa: F811
    learn(now, refunded_fen=500)

    bill.refresh_from_db()
    assert (bill.paid_at, stands(tab)) == (now, (500, False, 500))
    assert Item.objects.get(bill=None).fen == 500
    assert sound(now)


def test_while_the_bank_decides_the_tab_is_closed_and_lost_it_owes_again(tab, bill, now):  # noqa: F811
    learn(now, disputed_fen=3000, dispute="OPEN")
    assert stands(tab) == (0, False, 0)
    for _time in range(2):
        learn(now, disputed_fen=3000, dispute="LOST")

    bill.refresh_from_db()
    assert (bill.paid_at, stands(tab)) == (None, (3000, False, 3000))
    assert (ledger.balance("provider:sandbox"), ledger.balance("lost:0")) == (0, 0)
    assert sound(now)


def test_each_lost_dispute_is_owed_again_whatever_the_number_of_its_payment(tab, bill, now):  # noqa: F811
    paid_with = Attempt.objects.get()
    Entry.objects.create(
        key=f"lost:attempt:{paid_with.pk}0", subject="tab:0", memo="", region_id=0, at=now
    )

    learn(now, disputed_fen=1000, dispute="LOST", dispute_ref="one")
    learn(now, disputed_fen=1500, dispute="LOST", dispute_ref="two")

    bill.refresh_from_db()
    assert (bill.paid_at, stands(tab)) == (now, (2500, False, 2500))
    assert sorted(Item.objects.filter(bill=None).values_list("fen", flat=True)) == [1000, 1500]
    assert ledger.balance("lost:0") == 0
    assert sound(now)


def test_what_the_bank_took_can_be_paid_again_on_the_bills_own_page(party, tab, bill, person, now):  # noqa: F811
    learn(now, disputed_fen=3000, dispute="LOST")
    browser = enter(person)

    browser.post(f"/en/tab/bills/{bill.pk}/pay/", {"provider": "sandbox"})

    again = Attempt.objects.latest("pk")
    party.press(again, "never")
    browser.get(f"/en/tab/bills/{bill.pk}/back/")
    outbox.drain(at=now)
    bill.refresh_from_db()
    assert (bill.attempt_id, stands(tab)) == (again.pk, (0, False, 0))
    assert sound(now)


def test_it_may_be_more_than_the_limit_and_is_not_opened_so(tab, bill, person, now):  # noqa: F811
    use(person, "u", 4000, now)
    learn(now, refunded_fen=3000)
    assert stands(tab) == (7000, False, 7000)
    assert sound(now)

    form = {"name": tab.name, "region": tab.region_id, "limit_fen": 5000, "pay_within_days": 15}

    class Form(TabForm):
        class Meta:
            model = Tab
            fields = ("name", "region", "limit_fen", "pay_within_days", "is_open")

    assert Form({**form, "is_open": ""}, instance=tab).errors == {}
    tab.refresh_from_db()
    assert [*Form({**form, "is_open": "on"}, instance=tab).errors] == ["is_open"]
