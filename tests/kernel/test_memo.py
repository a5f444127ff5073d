"""What is remembered: for how long, for how many, and who waits while it is read again."""

from __future__ import annotations

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from kernel import memo
from kernel.grouping import Grouping
from kernel.memo import Memo
from kernel.turns import Round


@pytest.fixture
def clock(monkeypatch, settings) -> list[float]:
    """The monotonic clock, moved by hand."""
    settings.QUANYU_MEMO = True
    now = [100.0]
    monkeypatch.setattr(memo.time, "monotonic", lambda: now[0])
    return now


def test_a_value_is_read_again_when_its_time_is_over(clock):
    known: Memo[str, int] = Memo(seconds=1)
    values = iter((1, 2))

    found = []
    for moment in (100.0, 100.9, 101.0):
        clock[0] = moment
        found.append(known.get("a", lambda _key: next(values)))

    assert found == [1, 1, 2]


def test_nothing_is_remembered_where_it_is_switched_off(clock, settings):
    known: Memo[str, str] = Memo(seconds=1)
    known.get("a", lambda _key: "before")
    known.get_many({"b"}, lambda keys: dict.fromkeys(keys, "before"))

    settings.QUANYU_MEMO = False

    assert known.get("a", lambda _key: "now") == "now"
    assert known.get_many({"b"}, lambda keys: dict.fromkeys(keys, "now")) == {"b": "now"}


def test_while_one_reads_again_the_others_make_do_with_what_is_known(clock):
    known: Memo[str, str] = Memo(seconds=1)
    known.get("a", lambda _key: "old")
    clock[0] = 101.5
    meanwhile = []

    def read(key: str) -> str:
        meanwhile.append(known.get(key, lambda _key: "a second reader"))
        return "new"

    assert known.get("a", read) == "new"
    assert meanwhile == ["old"]
    assert known.get("a", lambda _key: "never asked") == "new"


def test_a_read_that_fails_leaves_nothing_behind(clock):
    known: Memo[str, str] = Memo(seconds=1)
    known.get("a", lambda _key: "old")
    clock[0] = 101.5

    def fail(_key: str) -> str:
        raise LookupError

    with pytest.raises(LookupError):
        known.get("a", fail)

    assert known.get("a", lambda _key: "new") == "new"


def test_what_nobody_knows_yet_is_read_once_for_all_who_ask(settings):
    settings.QUANYU_MEMO = True
    known: Memo[str, int] = Memo(seconds=60)
    reads: list[str] = []
    crowd = threading.Barrier(8)

    def read(key: str) -> int:
        reads.append(key)
        time.sleep(0.05)
        return len(reads)

    def ask(_number: int) -> int:
        crowd.wait()
        return known.get("a", read)

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(ask, range(8))) == [1] * 8
    assert reads == ["a"]
    assert not known._firsts


def test_it_never_holds_more_than_it_may(clock):
    known: Memo[int, int] = Memo(seconds=1, most=3)

    for number in range(10):
        known.get(number, lambda key: key)

    assert len(known._known) <= 3


def test_several_keys_that_wear_out_one_by_one_are_read_again_together(clock):
    known: Memo[int, int] = Memo(seconds=1)
    readings: list[set[int]] = []

    def read(keys: set[int]) -> dict[int, int]:
        readings.append(set(keys))
        return {key: key * 10 for key in keys}

    moments = ((100.0, {1}), (100.2, {2}), (100.4, {3}), (100.9, {1, 2, 3}), (101.1, {1}))
    for moment, keys in (*moments, (101.3, {2}), (101.5, {3})):
        clock[0] = moment
        assert known.get_many(keys, read) == {key: key * 10 for key in keys}

    assert readings == [{1}, {2}, {3}, {1, 2, 3}]


def test_what_nobody_asks_for_any_more_is_not_read_again(clock):
    known: Memo[int, int] = Memo(seconds=1)
    readings: list[set[int]] = []

    def read(keys: set[int]) -> dict[int, int]:
        readings.append(set(keys))
        return dict.fromkeys(keys, 0)

    for moment, keys in ((100.0, {1, 2}), (100.5, {1, 2}), (101.0, {1}), (102.0, {1})):
        clock[0] = moment
        known.get_many(keys, read)

    assert readings == [{1, 2}, {1, 2}, {1}]


def test_a_first_reading_in_a_round_gives_nobody_the_turn(clock):
    known: Memo[str, str] = Memo(seconds=1)
    grouping: Grouping[str, str] = Grouping(lambda items: list(items), rescue=bool)
    read = grouping.submit

    assert Round().run([lambda: known.get("a", read)] * 3) == ["a", "a", "a"]
