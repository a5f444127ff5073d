"""What a voucher is frozen with."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from bookings.contracts import Entitlement, Reentry
from bookings.vouchers import operations as vouchers
from bookings.vouchers.models import State, Voucher
from tests.bookings.conftest import STARTS_AT

pytestmark = pytest.mark.django_db


def test_doors_rule_and_extras_are_frozen_as_the_seller_says(line, at):
    right = Entitlement(
        part_key="p0",
        zone="plain:2",
        valid_from=STARTS_AT,
        valid_until=STARTS_AT + timedelta(hours=8),
        doors_in=("front",),
        doors_out=("back", "front"),
        rule=Reentry.AFTER_EXIT,
        reentry_days=3,
        extras=({"en": "audio guide × 2", "zh-hans": "语音导览 × 2"},),
    )

    vouchers.issue(line=line, entitlements=[right], at=at)

    frozen = Voucher.objects.get(zone="plain:2")
    assert (frozen.doors_in, frozen.doors_out) == (["front"], ["back", "front"])
    assert (frozen.rule, frozen.reentry_days) == ("AFTER_EXIT", 3)
    assert frozen.extras == [{"en": "audio guide × 2", "zh-hans": "语音导览 × 2"}]


def test_who_says_nothing_gives_so_many_entries_at_any_door(order):
    plain = Voucher.objects.get()
    assert (plain.doors_in, plain.doors_out, plain.extras) == ([], [], [])
    assert (plain.rule, plain.reentry_days, plain.entries_allowed) == ("COUNTED", 0, 1)
    assert (plain.is_inside, plain.entered_at) == (False, None)


@pytest.mark.parametrize(
    "wrong",
    [
        {"entries_used": 2},
        {"entries_used": 1},
        {"state": State.USED},
        {"state": State.USED, "entries_used": 1, "rule": "FREE"},
        {"is_inside": True},
    ],
    ids=str,
)
def test_the_database_refuses_a_row_that_cannot_be(order, wrong):
    with pytest.raises(IntegrityError), transaction.atomic():
        Voucher.objects.update(**wrong)

    assert Voucher.objects.get().entries_used == 0


def test_who_comes_and_goes_as_they_like_is_not_used_up(order):
    Voucher.objects.update(rule="FREE", entries_used=7, is_inside=True)

    assert Voucher.objects.get().state == State.ACTIVE
