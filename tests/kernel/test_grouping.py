"""Grouping: who comes together is worked on together, and nobody pays for a neighbour."""

from __future__ import annotations

import threading
from collections.abc import Sequence

import pytest
from django.db import transaction

from kernel.grouping import Grouping
from kernel.turns import Round

pytestmark = pytest.mark.timeout(20)


class Bench:
    """Work that can be held up, and remembers its groups."""

    def __init__(self) -> None:
        self.groups: list[list[int]] = []
        self.go = threading.Event()
        self.entered = threading.Event()

    def work(self, items: Sequence[int]) -> list[int | BaseException]:
        self.groups.append(list(items))
        self.entered.set()
        self.go.wait(10)
        if 13 in items:
            raise ValueError("thirteen")
        return [KeyError(item) if item == 7 else item * 10 for item in items]


@pytest.fixture
def bench() -> Bench:
    return Bench()


def run(
    grouping: Grouping[int, int], items: Sequence[int], results: dict[int, object]
) -> list[threading.Thread]:
    def call(item: int) -> None:
        try:
            results[item] = grouping.submit(item)
        except Exception as error:  # noqa: BLE001 - the test looks at it
            results[item] = error

    threads = [threading.Thread(target=call, args=(item,)) for item in items]
    for thread in threads:
        thread.start()
    return threads


def waiting(grouping: Grouping[int, int], number: int) -> None:
    """Until so many have queued up behind the leader."""
    pause = threading.Event()
    while len(grouping._waiting) < number:
        pause.wait(0.005)


def together(bench: Bench, *items: int, rescue: bool = True, most: int = 64) -> dict[int, object]:
    """One leads alone and is held up; the others arrive meanwhile; then everything runs."""
    grouping = Grouping(bench.work, rescue=lambda _error: rescue, most=most)
    results: dict[int, object] = {}
    threads = run(grouping, [0], results)
    bench.entered.wait(10)
    for number, item in enumerate(items, start=1):
        threads += run(grouping, [item], results)
        waiting(grouping, number)
    bench.go.set()
    for thread in threads:
        thread.join(10)
    return results


def test_a_lone_item_is_worked_on_at_once(bench):
    bench.go.set()

    assert Grouping(bench.work, rescue=bool).submit(4) == 40
    assert bench.groups == [[4]]


def test_what_arrives_during_the_work_is_the_next_group_in_order_of_arrival(bench):
    results = together(bench, 1, 2, 3)

    assert bench.groups == [[0], [1, 2, 3]]
    assert results == {0: 0, 1: 10, 2: 20, 3: 30}


def test_a_group_has_a_largest_size(bench):
    results = together(bench, 1, 2, 3, 4, 5, most=2)

    assert bench.groups == [[0], [1, 2], [3, 4], [5]]
    assert len(results) == 6


def test_an_outcome_that_is_an_error_reaches_its_own_caller_only(bench):
    results = together(bench, 1, 7, 3)

    assert isinstance(results.pop(7), KeyError)
    assert results == {0: 0, 1: 10, 3: 30}


def test_a_member_that_breaks_the_group_fails_alone(bench):
    results = together(bench, 1, 13, 3)

    assert isinstance(results.pop(13), ValueError)
    assert results == {0: 0, 1: 10, 3: 30}
    assert bench.groups == [[0], [1, 13, 3], [1], [13], [3]]


def test_an_error_that_is_nobodys_fault_reaches_every_member(bench):
    results = together(bench, 1, 13, 3, rescue=False)

    assert results.pop(0) == 0
    assert [type(result) for result in results.values()] == [ValueError] * 3
    assert bench.groups == [[0], [1, 13, 3]]


def test_after_an_error_the_next_caller_leads_again(bench):
    bench.go.set()
    grouping = Grouping(bench.work, rescue=bool)
    with pytest.raises(ValueError, match="thirteen"):
        grouping.submit(13)

    assert grouping.submit(2) == 20


def test_thousands_of_items_from_many_threads_each_get_their_own_outcome(bench):
    bench.go.set()
    grouping = Grouping(bench.work, rescue=bool)
    wrong: list[int] = []

    def caller(base: int) -> None:
        wrong.extend(n for n in range(base, base + 200) if grouping.submit(n) != n * 10)

    threads = [threading.Thread(target=caller, args=(1000 * k,)) for k in range(1, 21)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(15)

    assert not wrong
    assert sum(len(group) for group in bench.groups) == 4000
    assert max(len(group) for group in bench.groups) <= 64


def in_a_round(grouping: Grouping[int, int], *items: int) -> list[object]:
    return Round().run([lambda item=item: grouping.submit(item) for item in items])


def test_those_of_a_round_are_one_group(bench):
    bench.go.set()

    assert in_a_round(Grouping(bench.work, rescue=bool), 1, 2, 3) == [10, 20, 30]
    assert bench.groups == [[1, 2, 3]]


def test_in_a_round_too_an_error_reaches_its_own_caller_only(bench):
    bench.go.set()

    results = in_a_round(Grouping(bench.work, rescue=lambda _error: True), 1, 13, 7, 3)

    assert [results[0], results[3]] == [10, 30]
    assert [type(results[1]), type(results[2])] == [ValueError, KeyError]
    assert bench.groups == [[1, 13, 7, 3], [1], [13], [7], [3]]


def test_work_that_forgets_somebody_leaves_nobody_waiting():
    forgetful: Grouping[int, int] = Grouping(lambda items: items[1:], rescue=bool)

    results = in_a_round(forgetful, 1, 2)

    assert [type(result) for result in results] == [ValueError, ValueError]


@pytest.mark.django_db
def test_inside_a_transaction_everybody_is_worked_on_alone(bench):
    bench.go.set()
    grouping = Grouping(bench.work, rescue=bool)

    with transaction.atomic():
        assert in_a_round(grouping, 1, 2) == [10, 20]

    assert bench.groups == [[1], [2]]
