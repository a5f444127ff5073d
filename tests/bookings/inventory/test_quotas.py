"""A bucket divided among channels: never more than it has, whatever is sold, set, moved or given back."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from bookings.contracts import Demand
from bookings.inventory import operations as inventory
from bookings.inventory.models import Bucket, Channel, Quota, Return
from bookings.inventory.operations import Division, Share
from bookings.inventory.tasks import release_quotas
from kernel import clock
from tests.bookings.conftest import AT
from tests.bookings.inventory.test_inventory import buckets

pytestmark = pytest.mark.django_db
LATER = AT + timedelta(days=1)
OVER = AT + timedelta(days=2)
OWN, AGENT, COUNTER = Channel.OWN, Channel.AGENT, Channel.COUNTER


def divided(capacity: int, **shares: int) -> int:
    """A bucket whose channels get so many units each, until LATER."""
    [whole] = buckets(capacity)
    named = {Channel(name): Share(units, release_at=LATER) for name, units in shares.items()}
    assert inventory.divide([Division(whole, OVER, named)], at=AT) == [bool(named)]
    return whole


def shares(whole: int) -> dict[str, int]:
    rows = Quota.objects.filter(whole=whole).values_list("channel", "bucket__capacity")
    return dict(rows)


def channel(whole: int, name: Channel) -> int:
    return Quota.objects.values_list("bucket", flat=True).get(whole=whole, channel=name)


def sell(whole: int, name: Channel, units: int) -> bool:
    wanted = [Demand(whole, units), Demand(channel(whole, name), units)]
    return inventory.take([wanted]) == [None]


def test_own_sale_has_what_the_channels_do_not_get():
    whole = divided(10, agent=3, counter=2)

    assert shares(whole) == {OWN: 5, AGENT: 3, COUNTER: 2}
    assert Bucket.objects.values_list("divided", "capacity").get(pk=whole) == (10, 10)


def test_a_channel_sells_its_quota_and_no_more():
    whole = divided(10, agent=3)

    assert sell(whole, AGENT, 3)
    assert not sell(whole, AGENT, 1)
    assert not sell(whole, OWN, 8)
    assert sell(whole, OWN, 7)


def test_what_an_agent_has_not_sold_goes_to_own_sale_once():
    whole = divided(10, agent=4, counter=2)
    sell(whole, AGENT, 1)

    assert inventory.release_due(at=LATER - timedelta(seconds=1)) == 0
    assert inventory.release_due(at=LATER) == 5
    assert inventory.release_due(at=LATER) == 0

    assert shares(whole) == {OWN: 9, AGENT: 1, COUNTER: 0}
    assert not sell(whole, AGENT, 1)


def test_what_comes_back_to_a_released_channel_goes_the_same_way_until_it_is_over():
    whole = divided(10, agent=4)
    sell(whole, AGENT, 2)
    inventory.release_due(at=LATER)
    given = [Demand(whole), Demand(channel(whole, AGENT))]

    inventory.give_back(given, at=LATER)
    assert inventory.release_due(at=LATER) == 1
    inventory.give_back(given, at=LATER)
    assert inventory.release_due(at=OVER) == 0

    assert shares(whole) == {OWN: 9, AGENT: 1}


def test_a_released_quota_is_a_return_for_those_who_wait():
    whole = divided(5, agent=2)
    sell(whole, OWN, 3)
    own = channel(whole, OWN)
    inventory.await_units([own])

    inventory.release_due(at=LATER)

    assert Bucket.objects.values_list("kept", flat=True).get(pk=own) == 2
    assert list(Return.objects.values_list("units", flat=True)) == [{str(own): 2}]


def test_the_task_releases_what_is_due():
    whole = divided(5, agent=2)
    Quota.objects.update(release_at=clock.now(), until=clock.now() + timedelta(days=1))

    release_quotas(every_s=60)

    assert shares(whole) == {OWN: 5, AGENT: 0}


def test_without_a_time_a_quota_stays():
    [whole] = buckets(5)
    inventory.divide([Division(whole, OVER, {COUNTER: Share(2)})], at=AT)

    assert inventory.release_due(at=LATER) == 0
    assert shares(whole) == {OWN: 3, COUNTER: 2}


def test_dividing_again_leaves_sold_what_is_sold_and_gives_as_far_as_there_is_room():
    whole = divided(10, agent=3)
    sell(whole, OWN, 6)
    sell(whole, AGENT, 2)

    named = {AGENT: Share(1), COUNTER: Share(9)}
    assert inventory.divide([Division(whole, OVER, named)], at=AT) == [True]
    assert shares(whole) == {OWN: 6, AGENT: 2, COUNTER: 2}

    assert inventory.divide([Division(whole, OVER, named)], at=AT) == [False]


def test_what_was_sold_before_the_division_counts():
    [whole] = buckets(10)
    inventory.take([[Demand(whole, 8)]])

    inventory.divide([Division(whole, OVER, {AGENT: Share(5)})], at=AT)

    assert shares(whole) == {OWN: 0, AGENT: 2}


def test_dividing_after_the_release_gives_nothing_back_to_the_channel():
    whole = divided(10, agent=3)
    inventory.release_due(at=LATER)

    again = Division(whole, OVER, {AGENT: Share(3, release_at=LATER)})

    assert inventory.divide([again], at=LATER) == [False]
    assert shares(whole) == {OWN: 10, AGENT: 0}


def test_another_capacity_is_at_the_cost_of_own_sale_first():
    whole = divided(10, agent=3)

    inventory.resize(bucket_id=whole, capacity=12, at=AT)
    assert shares(whole) == {OWN: 9, AGENT: 3}

    inventory.resize(bucket_id=whole, capacity=2, at=AT)
    assert shares(whole) == {OWN: 0, AGENT: 2}


def test_a_capacity_below_what_is_sold_changes_nothing():
    whole = divided(10, agent=3)
    sell(whole, OWN, 6)

    with pytest.raises(inventory.BelowTaken):
        inventory.resize(bucket_id=whole, capacity=5, at=AT)

    assert shares(whole) == {OWN: 7, AGENT: 3}
    assert Bucket.objects.values_list("capacity", "divided").get(pk=whole) == (10, 10)


def test_behind_the_operations_stands_the_check():
    whole = divided(10, agent=3)

    with pytest.raises(IntegrityError, match="quotas_within_capacity"), transaction.atomic():
        inventory.reshape(bucket_id=whole, capacity=9, at=AT)

    assert Bucket.objects.values_list("capacity", flat=True).get(pk=whole) == 10


def test_many_are_divided_by_as_many_statements_as_one(django_assert_max_num_queries):
    wholes = buckets(*[10] * 40)

    with django_assert_max_num_queries(12):
        inventory.divide([Division(w, OVER, {AGENT: Share(3)}) for w in wholes], at=AT)

    assert [shares(whole) for whole in wholes] == [{OWN: 7, AGENT: 3}] * 40


_CHANNELS = st.sampled_from([OWN, AGENT, COUNTER])
_STEPS = st.one_of(
    st.tuples(st.just("sell"), _CHANNELS, st.integers(1, 4)),
    st.tuples(st.just("return"), _CHANNELS, st.integers(1, 4)),
    st.tuples(st.just("divide"), st.integers(0, 9), st.integers(0, 9)),
    st.tuples(st.just("resize"), st.integers(0, 14), st.just(0)),
    st.tuples(st.just("release"), st.just(0), st.just(0)),
    st.tuples(st.just("await"), _CHANNELS, st.just(0)),
)


class QuotaLaws(TestCase):
    """Whatever happens, in whatever order."""

    @settings(max_examples=25, deadline=None)
    @given(st.lists(_STEPS, max_size=12))
    def test_quotas_never_exceed_the_whole_and_nothing_sold_is_lost(self, steps):
        whole = divided(10, agent=3, counter=2)
        sold = {OWN: 0, AGENT: 0, COUNTER: 0}
        for verb, what, more in steps:
            if verb == "sell":
                sold[what] += more * sell(whole, what, more)
            elif verb == "return":
                units = min(more, sold[what])
                sold[what] -= units
                given_back = [Demand(whole, units), Demand(channel(whole, what), units)]
                inventory.give_back(given_back if units else [], at=AT)
            elif verb == "divide":
                named = {AGENT: Share(what, LATER), COUNTER: Share(more)}
                inventory.divide([Division(whole, OVER, named)], at=AT)
            elif verb == "resize" and what >= sum(sold.values()):
                inventory.resize(bucket_id=whole, capacity=what, at=AT)
            elif verb == "release":
                inventory.release_due(at=LATER)
            elif verb == "await":
                inventory.await_units([channel(whole, what)])

            row = Bucket.objects.get(pk=whole)
            assert row.divided == sum(shares(whole).values()) <= row.capacity
            rows = Quota.objects.filter(whole=whole).values_list("channel", "bucket__taken")
            assert dict(rows) == sold
            assert row.taken == sum(sold.values())
