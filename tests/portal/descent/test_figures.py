"""Who can come down, by figures alone: nobody sold up stays up, and it is said early enough."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.descent import figures
from portal.descent.figures import Carried

NOON = datetime(2026, 10, 14, 4, 0, tzinfo=UTC)
MIN, HOUR = timedelta(minutes=1), timedelta(hours=1)


def way(start: int, end: int, places: int) -> Carried:
    """From and to so many minutes after noon."""
    return Carried(NOON + start * MIN, NOON + end * MIN, places)


def test_what_is_left_shrinks_evenly_and_ends_with_the_last_way():
    ways = [way(0, 60, 60), way(60, 120, 30)]

    left = [figures.remaining(ways, NOON + n * MIN) for n in (-5, 0, 30, 60, 90, 120, 130)]

    assert left == [90, 90, 60, 30, 15, 0, 0]


def test_thresholds_are_full_hours_and_the_end():
    moments = figures.thresholds([way(0, 60, 1), way(60, 150, 1)])

    assert moments == [NOON, NOON + HOUR, NOON + 2 * HOUR, NOON + 150 * MIN]
    assert figures.thresholds([]) == []


@pytest.mark.parametrize(("ready", "count"), [(-10, 1), (0, 1), (1, 2), (60, 2), (61, 3), (151, 4)])
def test_who_is_ready_between_two_thresholds_counts_at_the_later_one(ready, count):
    moments = figures.thresholds([way(0, 60, 1), way(60, 150, 1)])

    assert len(figures.counted_in(moments, NOON + ready * MIN)) == count


spans = st.lists(
    st.builds(
        lambda start, long, places: way(start, start + long, places),
        st.integers(0, 400),
        st.integers(1, 120),
        st.integers(0, 40),
    ),
    min_size=1,
    max_size=4,
)


@given(ways=spans, asked=st.lists(st.integers(-100, 600), max_size=40))
def test_whoever_was_sold_up_comes_down(ways, asked):
    """Sell in any order while every threshold has room; then carry down whoever is ready, the first
    first: nobody is left when the last way closes."""
    moments = figures.thresholds(ways)
    taken: Counter[datetime] = Counter()
    sold = []
    for ready in asked:
        ready_at = NOON + ready * MIN
        counted = figures.counted_in(moments, ready_at)
        has_room = all(taken[m] < figures.remaining(ways, m) for m in counted)
        if ready_at < moments[-1] and has_room:
            taken.update(counted)
            sold.append(ready_at)

    assert stay_up(ways, sold) == 0


def stay_up(ways: list[Carried], ready: list[datetime]) -> int:
    """Play the day in steps of a minute; how many are left at the end."""
    waiting, carried = sorted(ready), 0
    moment, end = min(way.starts_at for way in ways), max(way.ends_at for way in ways)
    while moment < end:
        moment += MIN
        # What the ways carry until now, as a whole number: what is left at a moment is rounded down.
        room = figures.remaining(ways, moment - MIN) - figures.remaining(ways, moment)
        here = sum(1 for one in waiting[carried:] if one <= moment - MIN)
        carried += min(room, here)
    return len(waiting) - carried


@given(
    ways=spans,
    people=st.integers(1, 300),
    leaves=st.lists(st.integers(0, 30), min_size=60, max_size=60),
    lead=st.integers(0, 90),
)
def test_it_is_said_at_least_as_long_before_as_a_bus_needs(ways, people, leaves, lead):
    """At the first minute at which not everybody comes down any more, it was said ``lead`` before."""
    start = NOON
    left = [people]
    for minute in range(500):
        left.append(max(0, left[-1] - leaves[minute % len(leaves)] // 10))
    short = next(
        (m for m in range(500) if left[m] > figures.remaining(ways, start + m * MIN)), None
    )
    if short is None or short < lead:
        return

    said = figures.lack(
        up=left[short - lead], to_come=0, ways=ways, at=start + (short - lead) * MIN,
        lead=lead * MIN, seats=50,
    )  # fmt: skip

    assert said is not None
    assert said.buses * 50 >= said.people - said.places > 0


def test_so_many_buses_that_everybody_has_a_seat():
    ways = [way(0, 60, 100)]

    lack = figures.lack(up=90, to_come=61, ways=ways, at=NOON, lead=0 * MIN, seats=50)

    assert lack == figures.Lack(people=151, places=100, buses=2)
    assert figures.lack(up=90, to_come=10, ways=ways, at=NOON, lead=0 * MIN, seats=50) is None
