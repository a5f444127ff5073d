"""Counts: taken whole or not at all, never above capacity, never below zero."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from bookings.contracts import Demand
from bookings.inventory import operations as inventory
from bookings.inventory import queries
from bookings.inventory.models import Bucket

pytestmark = pytest.mark.django_db
AT = datetime(2026, 10, 1, tzinfo=UTC)


def buckets(*capacities: int) -> list[int]:
    specs = [inventory.BucketSpec(f"k{n}", 1, c) for n, c in enumerate(capacities)]
    made = inventory.shape(specs)
    return [made[spec.key] for spec in specs]


def test_shaping_again_changes_nothing():
    [first] = buckets(5)
    inventory.take([[Demand(first, 2)]])

    [again] = buckets(9)

    assert again == first
    assert queries.counts([first]) == {first: (5, 2)}


def test_a_group_is_taken_whole_or_not_at_all():
    one, two = buckets(5, 1)

    [shortage] = inventory.take([[Demand(one, 2), Demand(two, 2)]])

    assert shortage == inventory.Shortage(two, 2, 1)
    assert queries.left([one, two]) == {one: 5, two: 1}


def test_capacity_cannot_go_below_what_is_taken():
    [bucket] = buckets(5)
    inventory.take([[Demand(bucket, 3)]])

    with pytest.raises(inventory.BelowTaken) as refused:
        inventory.reshape(bucket_id=bucket, capacity=2, at=AT)

    assert refused.value.facts == {"taken": 3, "capacity": 2}
    assert queries.counts([bucket]) == {bucket: (5, 3)}


def test_capacity_can_go_down_to_what_is_taken():
    [bucket] = buckets(5)
    inventory.take([[Demand(bucket, 3)]])

    inventory.reshape(bucket_id=bucket, capacity=3, at=AT)

    assert queries.left([bucket]) == {bucket: 0}


def test_giving_back_more_than_was_taken_is_refused_by_the_database():
    [bucket] = buckets(5)

    with pytest.raises(IntegrityError), transaction.atomic():
        inventory.give_back([Demand(bucket, 1)], at=AT)

    assert queries.left([bucket]) == {bucket: 5}


def test_a_swap_uses_what_it_gives():
    one, two = buckets(1, 1)
    inventory.take([[Demand(one, 1)]])

    assert (
        inventory.swap(give=[Demand(one, 1)], want=[Demand(one, 1), Demand(two, 1)], at=AT) is None
    )

    assert queries.left([one, two]) == {one: 0, two: 0}


def test_a_swap_that_does_not_fit_changes_nothing():
    one, two = buckets(1, 0)
    inventory.take([[Demand(one, 1)]])

    shortage = inventory.swap(give=[Demand(one, 1)], want=[Demand(two, 1)], at=AT)

    assert shortage == inventory.Shortage(two, 1, 0)
    assert queries.left([one, two]) == {one: 0, two: 0}


def test_shaping_nothing_is_nothing():
    assert inventory.shape([]) == {}


def test_a_key_that_is_named_twice_is_made_once_with_the_first_capacity():
    specs = [inventory.BucketSpec("k", 1, 5), inventory.BucketSpec("k", 1, 9)]

    made = inventory.shape(specs)

    assert list(made) == ["k"]
    assert queries.counts(made.values()) == {made["k"]: (5, 0)}


def test_shaping_answers_with_old_and_new_buckets():
    old = inventory.shape([inventory.BucketSpec("a", 1, 5)])

    both = inventory.shape([inventory.BucketSpec(key, 1, 7) for key in ("b", "a")])

    assert both["a"] == old["a"]
    assert queries.counts(both.values()) == {both["a"]: (5, 0), both["b"]: (7, 0)}


def test_what_is_not_there_has_nothing_left():
    [shortage] = inventory.take([[Demand(404, 1)]])

    assert shortage == inventory.Shortage(404, 1, 0)
    assert queries.left([404]) == queries.counts([404]) == {}


def test_groups_are_decided_in_their_order_and_a_small_one_may_still_fit():
    [bucket] = buckets(5)

    answers = inventory.take([[Demand(bucket, units)] for units in (3, 3, 2, 1)])

    assert answers == [
        None,
        inventory.Shortage(bucket, 3, 2),
        None,
        inventory.Shortage(bucket, 1, 0),
    ]
    assert queries.left([bucket]) == {bucket: 0}


def test_the_same_bucket_twice_in_a_group_counts_together():
    [bucket] = buckets(3)

    [shortage] = inventory.take([[Demand(bucket, 2), Demand(bucket, 2)]])

    assert shortage == inventory.Shortage(bucket, 4, 3)
    assert queries.left([bucket]) == {bucket: 3}


def test_taking_nothing_touches_nothing(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert inventory.take([]) == []
        assert inventory.take([[], []]) == [None, None]
        inventory.give_back([], at=AT)


def test_many_groups_cost_as_many_statements_as_one(django_assert_num_queries):
    ids = buckets(50, 50, 50)

    with django_assert_num_queries(1):
        inventory.take([[Demand(bucket, 1) for bucket in ids] for _group in range(20)])

    assert queries.left(ids) == dict.fromkeys(ids, 30)


def test_giving_back_frees_exactly_that():
    one, two = buckets(5, 5)
    inventory.take([[Demand(one, 4), Demand(two, 4)]])

    inventory.give_back([Demand(one, 1), Demand(two, 2), Demand(one, 1)], at=AT)

    assert queries.counts([one, two]) == {one: (5, 2), two: (5, 2)}


@pytest.mark.parametrize("taken", [6, -1])
def test_behind_the_operations_stands_the_check(taken):
    [bucket] = buckets(5)

    with pytest.raises(IntegrityError, match="taken_within_capacity"), transaction.atomic():
        Bucket.objects.filter(pk=bucket).update(taken=taken)

    assert queries.counts([bucket]) == {bucket: (5, 0)}


def test_the_check_also_refuses_a_capacity_below_what_is_taken():
    [bucket] = buckets(5)
    inventory.take([[Demand(bucket, 3)]])

    with pytest.raises(IntegrityError, match="taken_within_capacity"), transaction.atomic():
        Bucket.objects.filter(pk=bucket).update(capacity=2)


@pytest.mark.parametrize("capacity", [-1, -(2**31)])
def test_a_capacity_below_nothing_is_refused(capacity):
    [bucket] = buckets(5)

    with pytest.raises(inventory.BelowTaken):
        inventory.reshape(bucket_id=bucket, capacity=capacity, at=AT)

    assert queries.left([bucket]) == {bucket: 5}


def test_a_capacity_may_grow():
    [bucket] = buckets(1)
    inventory.take([[Demand(bucket, 1)]])

    inventory.reshape(bucket_id=bucket, capacity=2, at=AT)

    assert inventory.take([[Demand(bucket, 1)]]) == [None]


def test_a_swap_that_gives_more_than_was_taken_changes_nothing():
    one, two = buckets(5, 5)

    with pytest.raises(IntegrityError), transaction.atomic():
        inventory.swap(give=[Demand(one, 1)], want=[Demand(two, 1)], at=AT)

    assert queries.left([one, two]) == {one: 5, two: 5}


def test_a_swap_to_something_unknown_changes_nothing():
    [one] = buckets(1)
    inventory.take([[Demand(one, 1)]])

    shortage = inventory.swap(give=[Demand(one, 1)], want=[Demand(404, 1)], at=AT)

    assert shortage == inventory.Shortage(404, 1, 0)
    assert queries.left([one]) == {one: 0}


def test_a_swap_within_a_full_bucket_needs_no_room():
    [one] = buckets(2)
    inventory.take([[Demand(one, 2)]])

    assert inventory.swap(give=[Demand(one, 2)], want=[Demand(one, 2)], at=AT) is None
    assert inventory.swap(give=[Demand(one, 1)], want=[Demand(one, 2)], at=AT) is not None

    assert queries.left([one]) == {one: 0}


_DEMAND = st.tuples(st.integers(0, 2), st.integers(1, 3))
_GROUPS = st.lists(st.lists(_DEMAND, min_size=1, max_size=3), max_size=8)


class TakeEqualsOneByOne(TestCase):
    """Whatever the demands: the same answer as counting on one's fingers."""

    @settings(max_examples=40, deadline=None)
    @given(capacities=st.tuples(*[st.integers(0, 6)] * 3), groups=_GROUPS)
    def test_take(self, capacities: tuple[int, ...], groups: list[list[tuple[int, int]]]) -> None:
        ids = buckets(*capacities)
        room = list(capacities)
        expected = []
        for group in groups:
            wanted = [sum(u for b, u in group if b == n) for n in range(3)]
            fits = all(w <= r for w, r in zip(wanted, room, strict=True))
            room = [r - w for r, w in zip(room, wanted, strict=True)] if fits else room
            expected.append(fits)

        answers = inventory.take([[Demand(ids[b], u) for b, u in group] for group in groups])

        assert [answer is None for answer in answers] == expected
        left = queries.left(ids)
        assert [left[i] for i in ids] == room
        assert all(b.taken <= b.capacity for b in Bucket.objects.all())
