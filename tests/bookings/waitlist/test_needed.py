"""Which handovers a winner needs: enough, none without need, the oldest where they are alike."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from bookings.waitlist.needed import HandedOn, missing, needed

_UNITS = st.dictionaries(st.integers(1, 3), st.integers(1, 3), min_size=1, max_size=3)


@given(lacks=_UNITS, units=st.lists(_UNITS, max_size=8))
def test_enough_and_none_without_need(lacks, units):
    offered = [HandedOn(number, each) for number, each in enumerate(units)]

    chosen = needed(lacks, offered)

    is_there = all(sum(one.units.get(b, 0) for one in offered) >= n for b, n in lacks.items())
    assert (chosen is not None) == is_there
    for left_out in chosen or ():
        rest = [one for one in chosen or () if one is not left_out]
        assert any(sum(one.units.get(b, 0) for one in rest) < n for b, n in lacks.items())
    if chosen is not None:
        for bucket, n in lacks.items():
            assert sum(one.units.get(bucket, 0) for one in chosen) >= n


@given(st.integers(1, 5), st.integers(1, 5))
def test_of_what_is_alike_the_oldest(wanted, more):
    offered = [HandedOn(number, {1: 1}) for number in range(wanted + more)]

    assert needed({1: wanted}, offered) == offered[:wanted]


def test_what_is_free_is_not_lacking():
    assert missing({1: 2, 2: 1, 3: 1}, {1: 1, 2: 5}) == {1: 1}
    assert missing({1: 2}, {1: -1}) == {1: 2}
