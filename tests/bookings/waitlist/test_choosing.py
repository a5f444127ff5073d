"""The published rule as a law: by rank, whole parties, and nobody passed over who would have fitted."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from bookings.waitlist.choosing import Candidate, Lack, Pick, choose

SLOT, OTHER, DAY = 1, 2, 3


def wish(entry: int, needs: dict[int, int], position: int = 0) -> Candidate:
    return Candidate(entry, position, entry * 10 + position, needs)


def test_three_for_four_two_and_one():
    line = [wish(1, {SLOT: 4}), wish(2, {SLOT: 2}), wish(3, {SLOT: 1})]

    steps = choose(line, room={SLOT: 3}, given=[SLOT])

    assert steps == [Pick(2, 20, {SLOT: 2}, {SLOT: 3}), Pick(3, 30, {SLOT: 1}, {SLOT: 1})]


def test_who_lacks_something_else_is_named():
    line = [wish(1, {SLOT: 1, DAY: 1}), wish(2, {SLOT: 1})]

    steps = choose(line, room={SLOT: 1, DAY: 0}, given=[SLOT])

    assert steps == [Lack(1, 10, DAY, 1, 0), Pick(2, 20, {SLOT: 1}, {SLOT: 1})]


def test_the_second_wish_is_taken_where_the_first_is_not_to_be_had():
    line = [wish(1, {SLOT: 1, DAY: 1}), wish(1, {OTHER: 1}, 1)]

    steps = choose(line, room={SLOT: 1, OTHER: 1, DAY: 0}, given=[SLOT, OTHER])

    assert steps == [Pick(1, 11, {OTHER: 1}, {OTHER: 1})]


LINES = st.lists(
    st.tuples(st.integers(1, 5), st.sampled_from([(SLOT,), (OTHER,), (SLOT, DAY), (OTHER, DAY)])),
    max_size=12,
).map(lambda rows: [wish(n, dict.fromkeys(ids, size)) for n, (size, ids) in enumerate(rows)])
ROOM = st.fixed_dictionaries({bucket: st.integers(0, 9) for bucket in (SLOT, OTHER, DAY)})


@settings(max_examples=300, deadline=None)
@given(LINES, ROOM)
def test_one_after_the_other_by_rank_whoever_fits_at_their_turn_gets_it(line, room):
    left, expected = dict(room), []
    for one in line:
        if all(units <= left[bucket] for bucket, units in one.needs.items()):
            expected.append(one.entry_id)
            for bucket, units in one.needs.items():
                left[bucket] -= units

    steps = choose(reversed(line), room=room, given=[SLOT, OTHER, DAY])

    assert [step.entry_id for step in steps if isinstance(step, Pick)] == expected
    assert [step for step in steps if isinstance(step, Lack)] == []
