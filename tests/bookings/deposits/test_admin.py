"""Deposits at the platform's desk: what should have been over long ago can be found."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.urls import reverse

from bookings.deposits.models import Deposit, State
from kernel import clock
from tests.cast import assemble, enter
from tests.contracts.orders import deposit
from tests.factories.kernel import RegionFactory

pytestmark = pytest.mark.django_db


def test_what_is_being_returned_for_more_than_an_hour_is_a_filter():
    fresh, slow, held = (deposit(n) for n in range(3))
    for each, age in ((fresh, 59), (slow, 61)):
        decided_at = clock.now() - timedelta(minutes=age)
        Deposit.objects.filter(pk=each.pk).update(state=State.SETTLING, decided_at=decided_at)
    desk = enter(assemble(RegionFactory()).he_ping)
    address = reverse("admin:bookings_deposits_deposit_changelist")

    slow_ones, all_of_them = (
        desk.get(address, query).context["cl"].queryset.values_list("pk", flat=True)
        for query in ({"slow": "1"}, {})
    )

    assert set(slow_ones) == {slow.pk}
    assert set(all_of_them) == {fresh.pk, slow.pk, held.pk}
