"""Rounds: calls that share a thread, and what they may know of each other."""

from __future__ import annotations

from collections.abc import Sequence
from contextvars import ContextVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel import turns
from kernel.turns import Round

asker: ContextVar[str] = ContextVar("asker", default="nobody")


def meet(place: str, brought: int, groups: list[list[int]]) -> None:
    """Wait for company at a place; who leads writes down everybody's number."""
    turn = turns.current()
    assert turn is not None
    company = turn.wait(place, brought)
    if company:
        groups.append([each.brought for each in company])
        turn.round.wake(company[1:])


def test_each_call_has_its_own_outcome_in_order():
    def call(number: int) -> int:
        if number == 2:
            raise KeyError(number)
        return number * 10

    outcomes = Round().run([lambda n=n: call(n) for n in range(4)])

    assert [outcomes[0], outcomes[1], outcomes[3]] == [0, 10, 30]
    assert isinstance(outcomes[2], KeyError)


def test_even_an_exit_ends_its_own_call_only():
    def leave():
        raise SystemExit(3)

    outcomes = Round().run([leave, lambda: "stays"])

    assert isinstance(outcomes[0], SystemExit)
    assert outcomes[1] == "stays"


def test_those_who_wait_at_a_place_are_worked_for_together():
    groups: list[list[int]] = []

    def call(number: int) -> int:
        meet("session", number, groups)
        meet("order", number, groups)
        return number

    assert Round().run([lambda n=n: call(n) for n in range(5)]) == [0, 1, 2, 3, 4]
    assert groups == [[0, 1, 2, 3, 4], [0, 1, 2, 3, 4]]


def test_who_asks_elsewhere_keeps_nobody_waiting():
    groups: list[list[int]] = []
    calls = [lambda: meet("a", 0, groups), lambda: meet("b", 1, groups), lambda: 7]

    assert Round().run(calls) == [None, None, 7]
    assert groups == [[0], [1]]


def test_who_leads_may_wait_elsewhere_meanwhile():
    groups: list[list[int]] = []

    def call(number: int) -> str:
        turn = turns.current()
        assert turn is not None
        company = turn.wait("outer", number)
        if company:
            meet("inner", number, groups)
            turn.round.wake(company[1:])
        return "done"

    assert Round().run([lambda n=n: call(n) for n in range(3)]) == ["done"] * 3
    assert groups == [[0]]


def test_a_call_sees_neither_the_context_variables_nor_the_changes_of_another():
    seen = []

    def call(name: str) -> None:
        seen.append(asker.get())
        asker.set(name)
        meet("somewhere", 0, [])
        seen.append(asker.get())

    asker.set("the thread")
    Round().run([lambda: call("a"), lambda: call("b")])

    assert seen == ["the thread", "the thread", "a", "b"]
    assert asker.get() == "the thread"


def test_nobodys_turn_comes_while_one_stays():
    assert turns.current() is None
    seen = []

    def call() -> None:
        with turns.staying():
            seen.append(turns.current())
        seen.append(turns.current() is None)

    Round().run([call])

    assert seen == [None, False]


def test_what_is_left_to_the_round_is_done_once_before_any_outcome_is_given():
    done: list[list[int]] = []

    outcomes = Round().run([lambda n=n: turns.once_a_round(done.append, n) for n in range(3)])

    assert done == [[0, 1, 2]]
    assert outcomes == [None] * 3


def test_outside_a_round_it_is_done_at_once():
    done: list[list[int]] = []

    turns.once_a_round(done.append, 5)

    assert done == [[5]]


def test_what_is_left_by_a_call_that_fails_is_done_too():
    done: list[list[int]] = []

    def call() -> None:
        turns.once_a_round(done.append, 1)
        raise ValueError

    Round().run([call])

    assert done == [[1]]


def test_what_fails_at_the_end_of_a_round_is_nobodys_outcome(caplog):
    done: list[list[int]] = []

    def fail(_items: Sequence[int]) -> None:
        raise OSError("the disk is full")

    def call(number: int) -> int:
        turns.once_a_round(fail, number)
        turns.once_a_round(done.append, number)
        return number

    assert Round().run([lambda n=n: call(n) for n in range(3)]) == [0, 1, 2]
    assert done == [[0, 1, 2]]
    assert "the disk is full" in caplog.text


def test_a_process_without_memory_gives_no_outcomes():
    def fail(_items: Sequence[int]) -> None:
        raise MemoryError

    with pytest.raises(MemoryError):
        Round().run([lambda: turns.once_a_round(fail, 1)])


@given(st.lists(st.lists(st.sampled_from("abc"), max_size=5), max_size=12))
def test_whoever_waits_wherever_everybody_ends_and_is_worked_for_once_a_wait(ways):
    served: list[tuple[int, str]] = []

    def call(number: int) -> int:
        for place in ways[number]:
            turn = turns.current()
            company = turn.wait(place, (number, place))
            served.extend(each.brought for each in company)
            turn.round.wake(company[1:])
        return number

    outcomes = Round().run([lambda n=n: call(n) for n in range(len(ways))])

    assert outcomes == list(range(len(ways)))
    assert sorted(served) == sorted((n, place) for n, way in enumerate(ways) for place in way)


@pytest.mark.timeout(20)
def test_a_round_inside_a_call_is_a_round_of_its_own():
    inner = []

    def call() -> list[int]:
        inner.extend(Round().run([lambda: 1, lambda: 2]))
        return inner

    assert Round().run([call]) == [[1, 2]]
