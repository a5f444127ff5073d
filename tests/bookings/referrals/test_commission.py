"""A code earns after use and not before, by the rate of the moment it was bought; it goes with the money."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from bookings.ledger import queries as ledger
from bookings.payments.models import Attempt, DisputeState
from bookings.referrals import operations as referrals
from bookings.referrals.models import Commission, Rate
from bookings.rewards import operations as rewards
from kernel import invariants, seals
from kernel.audit.models import Entry
from tests.bookings.points.test_spending import cancel
from tests.bookings.referrals.conftest import bought, code_of
from tests.bookings.rewards.test_points import let_in

pytestmark = pytest.mark.django_db


def owed(code) -> int:
    return -ledger.balance(code.account)


def test_paid_is_not_used(trip, code, now):
    rewards.take_up([trip.pk], at=now)

    assert owed(code) == 0
    assert not Commission.objects.filter(fen__gt=0).exists()


def test_each_use_earns_once(trip, code, now):
    let_in(trip, now)
    assert owed(code) == 75

    let_in(trip, now, persons=2, key="both")
    rewards.take_up_all(at=now)
    rewards.take_up_all(at=now)

    assert owed(code) == 225 == ledger.balance(f"referral:{trip.region_id}")
    row = Commission.objects.get()
    assert (row.order_id, row.base_fen, row.permille, row.fen) == (trip.pk, 4500, 50, 225)
    assert invariants.check_all(at=now + timedelta(hours=1)) == []


def test_what_is_cancelled_earns_nothing(trip, code, now):
    let_in(trip, now)
    cancel(trip, trip.lines.get().open_parts[0].key, now)

    assert owed(code) == 75


def test_it_goes_where_the_money_is_taken_back_after_use(trip, code, now):
    let_in(trip, now, persons=3)
    Attempt.objects.filter(order=trip).update(dispute=DisputeState.LOST, disputed_fen=4500)

    rewards.take_up([trip.pk], at=now)

    assert owed(code) == 0
    assert Commission.objects.get().fen == 0
    rules = [each.rule for each in invariants.check_all(at=now + timedelta(hours=1))]
    assert "referrals-equal-ledger" not in rules


def test_another_rate_is_for_what_is_bought_from_then_on(shop, later, now, party, trip, code):
    referrals.agree_rate(
        code_id=code.pk, permille=100, valid_from=now + timedelta(days=1), actor="user:99", at=now
    )
    second = bought(shop, now + timedelta(days=1), party, via=code.code)

    let_in(trip, now)
    let_in(second, now, key="other")

    assert sorted(Commission.objects.values_list("permille", "fen")) == [(50, 75), (100, 150)]


def test_a_rate_is_never_changed(code, now):
    with pytest.raises(IntegrityError), transaction.atomic():
        Rate.objects.update(permille=500)
    with pytest.raises(referrals.BeginsTooEarly):
        referrals.agree_rate(code_id=code.pk, permille=9, valid_from=now, actor="user:99", at=now)

    assert list(Rate.objects.values_list("permille", flat=True)) == [50]


@pytest.mark.parametrize("how", ["account", "phone"])
def test_nobody_earns_by_own_purchases(shop, later, now, party, region, guide, how):
    code = code_of(region, guide, now)
    own = {"user_id": guide.pk} if how == "account" else {"contact": "16100000009"}
    guide.phone_index = seals.index("16100000009", purpose="phone")
    guide.save()
    order = bought(shop, now, party, via=code.code, **own)

    let_in(order, now)

    assert owed(code) == 0


def test_a_closed_code_earns_for_what_was_bought_by_it(trip, code, now):
    referrals.close(code_id=code.pk, actor="user:99", at=now)
    with pytest.raises(referrals.Closed):
        referrals.close(code_id=code.pk, actor="user:99", at=now)

    let_in(trip, now)

    assert owed(code) == 75
    told = Entry.objects.filter(subject=f"referral:{code.pk}").values_list("action", flat=True)
    assert sorted(told) == ["referral.close", "referral.make"]


def test_where_a_part_of_the_money_went_back_the_rest_counts(trip, code, now):
    let_in(trip, now, persons=3)
    Attempt.objects.filter(order=trip).update(told_refunded_fen=1500)

    rewards.take_up([trip.pk], at=now)

    assert owed(code) == 150
