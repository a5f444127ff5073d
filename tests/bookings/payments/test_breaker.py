"""A provider that does not answer is left alone, tried again by one, and taken back (F45)."""

from __future__ import annotations

import threading
from types import SimpleNamespace

import pytest

from bookings.payments.breaker import Guarded
from bookings.payments.providers import Declined, Handle, ProviderDown
from kernel.breaker import REST_S

HANDLE = Handle("t", "r", "", 1, "CNY")


class Line:
    """A provider on a clock of its own: what it does to a call is the test's."""

    name = "line"

    def __init__(self) -> None:
        self.now, self.calls, self.is_up, self.takes_s = 100.0, 0, True, 0.0
        self.declines = False

    def fetch(self, handle: Handle) -> str:
        self.calls += 1
        self.now += self.takes_s
        if self.declines:
            raise Declined("too small")
        if not self.is_up:
            raise ProviderDown
        return "paid"


@pytest.fixture
def line() -> SimpleNamespace:
    inner = Line()
    return SimpleNamespace(inner=inner, guarded=Guarded(inner, tick=lambda: inner.now))


def fails(line: SimpleNamespace, times: int) -> None:
    for _time in range(times):
        with pytest.raises(ProviderDown):
            line.guarded.fetch(HANDLE)


def test_after_three_failures_nobody_asks_any_more(line):
    line.inner.is_up = False
    fails(line, 10)
    assert (line.inner.calls, line.guarded.is_resting) == (3, True)


def test_one_that_hangs_is_left_alone_after_the_first(line):
    line.inner.is_up, line.inner.takes_s = False, 5.0
    fails(line, 10)
    assert line.inner.calls == 1


def test_failures_with_successes_between_do_not_count_together(line):
    for _round in range(5):
        line.inner.is_up = False
        fails(line, 2)
        line.inner.is_up = True
        assert line.guarded.fetch(HANDLE) == "paid"


def test_a_clear_no_is_no_outage_but_an_answer(line):
    line.inner.declines = True
    fails(line, 10)
    assert (line.inner.calls, line.guarded.is_resting) == (10, False)

    line.inner.is_up = False
    for declines in (False, False, True, False, False):
        line.inner.declines = declines
        fails(line, 1)
    assert not line.guarded.is_resting


def test_after_the_rest_one_tries_and_takes_it_back(line):
    line.inner.is_up = False
    fails(line, 3)
    line.inner.now += REST_S
    fails(line, 5)
    assert line.inner.calls == 4

    line.inner.now += REST_S
    line.inner.is_up = True
    assert [line.guarded.fetch(HANDLE) for _time in range(5)] == ["paid"] * 5


def test_after_the_rest_only_one_of_many_tries(line):
    line.inner.is_up = False
    fails(line, 3)
    line.inner.now += REST_S
    start = threading.Barrier(20)

    def ask() -> None:
        start.wait()
        with pytest.raises(ProviderDown):
            line.guarded.fetch(HANDLE)

    threads = [threading.Thread(target=ask) for _n in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert line.inner.calls == 4
