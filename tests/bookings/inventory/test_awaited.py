"""What comes free of a bucket that somebody waits for is kept for them, and is a step of the stream."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from bookings.contracts import Demand
from bookings.inventory import operations as inventory
from bookings.inventory import queries
from bookings.inventory.models import Bucket, Return
from tests.bookings.conftest import AT
from tests.bookings.inventory.test_inventory import buckets

pytestmark = pytest.mark.django_db


def awaited(*capacities: int) -> list[int]:
    """Full buckets that somebody waits for."""
    ids = buckets(*capacities)
    inventory.take([[Demand(b, c)] for b, c in zip(ids, capacities, strict=True)])
    inventory.await_units(ids)
    return ids


def state(bucket: int) -> tuple[int, int, int]:
    """(capacity, taken, kept)."""
    return Bucket.objects.values_list("capacity", "taken", "kept").get(pk=bucket)


def stream() -> list[dict[str, int]]:
    return list(Return.objects.order_by("pk").values_list("units", flat=True))


def test_what_comes_back_is_kept_and_not_sold_openly():
    [bucket] = awaited(3)

    inventory.give_back([Demand(bucket, 2)], at=AT)

    assert (state(bucket), queries.left([bucket])) == ((3, 1, 2), {bucket: 0})
    assert inventory.take([[Demand(bucket)]]) == [inventory.Shortage(bucket, 1, 0)]
    assert Return.objects.values_list("units", "given_at", "served_at").get() == (
        {str(bucket): 2}, AT, None,
    )  # fmt: skip


def test_what_comes_back_of_other_buckets_is_sold_openly():
    waited_for, other = awaited(3, 3)
    inventory.stop_awaiting([other])

    inventory.give_back([Demand(waited_for), Demand(other)], at=AT)

    assert (state(waited_for), state(other)) == ((3, 2, 1), (3, 2, 0))
    assert stream() == [{str(waited_for): 1}]


def test_what_comes_back_at_once_is_one_step():
    one, two = awaited(3, 3)

    inventory.give_back([Demand(one, 2), Demand(two)], at=AT)
    inventory.give_back([Demand(two)], at=AT + timedelta(seconds=1))

    assert stream() == [{str(one): 2, str(two): 1}, {str(two): 1}]


def test_who_waits_gets_what_is_kept_first_and_what_is_free_after_it():
    [bucket] = awaited(5)
    inventory.give_back([Demand(bucket, 2)], at=AT)
    inventory.open_kept({bucket: 1})

    assert inventory.take([[Demand(bucket, 2)]], with_kept=True) == [None]
    assert state(bucket) == (5, 5, 0)


def test_who_waits_cannot_take_more_than_there_is():
    [bucket] = awaited(5)
    inventory.give_back([Demand(bucket, 2)], at=AT)

    answers = inventory.take([[Demand(bucket, 3)], [Demand(bucket)]], with_kept=True)

    assert answers == [inventory.Shortage(bucket, 3, 2), None]
    assert state(bucket) == (5, 4, 1)


def test_a_swap_keeps_what_it_gives_back():
    [bucket] = awaited(2)
    [other] = inventory.shape([inventory.BucketSpec("other", 1, 2)]).values()

    assert inventory.swap(give=[Demand(bucket)], want=[Demand(other)], at=AT) is None

    assert (state(bucket), state(other)) == ((2, 1, 1), (2, 1, 0))
    assert stream() == [{str(bucket): 1}]


def test_new_capacity_is_for_those_who_wait():
    [bucket] = awaited(2)

    inventory.reshape(bucket_id=bucket, capacity=7, at=AT)

    assert (state(bucket), stream()) == ((7, 2, 5), [{str(bucket): 5}])


def test_less_capacity_takes_from_what_is_kept_and_never_from_what_is_sold():
    [bucket] = awaited(5)
    inventory.give_back([Demand(bucket, 3)], at=AT)

    inventory.reshape(bucket_id=bucket, capacity=3, at=AT)

    assert state(bucket) == (3, 2, 1)
    with pytest.raises(inventory.BelowTaken):
        inventory.reshape(bucket_id=bucket, capacity=1, at=AT)
    assert state(bucket) == (3, 2, 1)


def test_moving_takes_what_is_free_and_leaves_the_sum():
    one, two, target = buckets(5, 4, 0)
    inventory.take([[Demand(one, 2), Demand(two, 4)]])
    inventory.await_units([target])

    assert inventory.move(sources=[one, two], target=target, at=AT) == 3

    assert [state(b) for b in (one, two, target)] == [(2, 2, 0), (4, 4, 0), (3, 0, 3)]
    assert stream() == [{str(target): 3}]
    assert inventory.move(sources=[one, two], target=target, at=AT) == 0
    assert len(stream()) == 1


def test_moving_leaves_what_is_kept():
    [source] = awaited(3)
    [target] = inventory.shape([inventory.BucketSpec("target", 1, 0)]).values()
    inventory.give_back([Demand(source, 2)], at=AT)
    inventory.open_kept({source: 1})

    assert inventory.move(sources=[source], target=target, at=AT) == 1

    assert (state(source), state(target)) == ((2, 1, 1), (1, 0, 0))


def test_when_nobody_waits_any_more_what_was_kept_is_sold_openly():
    [bucket] = awaited(3)
    inventory.give_back([Demand(bucket, 2)], at=AT)

    inventory.stop_awaiting([bucket])

    assert queries.left([bucket]) == {bucket: 2}


def test_no_more_is_opened_than_is_kept():
    [bucket] = awaited(3)
    inventory.give_back([Demand(bucket, 2)], at=AT)

    assert inventory.open_kept({bucket: 5}) == {bucket: 2}
    assert inventory.open_kept({bucket: 5}) == {}
    assert queries.left([bucket]) == {bucket: 2}


def test_a_step_is_handed_out_once():
    [bucket] = awaited(1)
    inventory.give_back([Demand(bucket)], at=AT)
    step = Return.objects.get()

    inventory.mark_served([step.pk], at=AT)
    inventory.mark_served([step.pk], at=AT + timedelta(minutes=1))

    assert Return.objects.get().served_at == AT


@pytest.mark.parametrize(
    ("changed", "check"),
    [
        ({"kept": -1}, "kept_within_capacity"),
        ({"kept": 2}, "kept_within_capacity"),
        ({"is_awaited": False, "kept": 1}, "kept_for_somebody"),
    ],
)
def test_behind_the_operations_stand_checks(changed, check):
    [bucket] = awaited(3)
    inventory.give_back([Demand(bucket)], at=AT)

    with pytest.raises(IntegrityError, match=check), transaction.atomic():
        Bucket.objects.filter(pk=bucket).update(**changed)

    assert state(bucket) == (3, 2, 1)


MOVES = st.one_of(
    st.tuples(st.sampled_from(["take", "take_kept", "give"]), st.integers(0, 1), st.integers(1, 3)),
    st.tuples(st.sampled_from(["await", "stop", "open"]), st.integers(0, 1), st.just(0)),
    st.tuples(st.just("move"), st.integers(0, 1), st.just(0)),
)


class LawTest(TestCase):
    """Whatever happens in whatever order: no unit is lost, none is there twice."""

    @settings(max_examples=60, deadline=None)
    @given(st.lists(MOVES, max_size=20))
    def test_capacity_stays_and_what_came_free_is_either_kept_sold_or_open(self, moves):
        ids = buckets(4, 4)
        taken = [0, 0]
        for verb, n, units in moves:
            bucket = ids[n]
            if verb.startswith("take"):
                kept = verb == "take_kept"
                [short] = inventory.take([[Demand(bucket, units)]], with_kept=kept)
                taken[n] += units if short is None else 0
            elif verb == "give" and taken[n] >= units:
                inventory.give_back([Demand(bucket, units)], at=AT)
                taken[n] -= units
            elif verb == "await":
                inventory.await_units([bucket])
            elif verb == "stop":
                inventory.stop_awaiting([bucket])
            elif verb == "open":
                inventory.open_kept({bucket: 1})
            elif verb == "move":
                inventory.move(sources=[bucket], target=ids[1 - n], at=AT)

            found = [Bucket.objects.get(pk=pk) for pk in ids]
            assert [b.taken for b in found] == taken
            assert sum(b.capacity for b in found) == 8
            assert all(b.left >= 0 and b.kept >= 0 for b in found)
