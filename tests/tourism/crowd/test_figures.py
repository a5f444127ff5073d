"""People inside and levels: figures without a database."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from tourism.crowd.figures import Rule, State, Sums, curve, faded, judged, level_of, people

AT = datetime(2026, 10, 14, 2, 0, tzinfo=UTC)
RULE = Rule(limits=(50, 70, 90, 100), margin=5, calm=timedelta(minutes=10))


def minutes(count: float) -> timedelta:
    return timedelta(minutes=count)


def look(state: State, count: int, at: datetime = AT) -> State:
    return judged(state, RULE, count=count, cap=100, at=at)


def test_where_exits_are_scanned_who_is_inside_is_counted():
    assert people(Sums(entries=100, exits=30, old=80, set_right=-5), scans_exits=True) == 65


def test_where_they_are_not_everybody_leaves_after_the_usual_stay():
    assert people(Sums(entries=100, old=80), scans_exits=False) == 20


def test_a_scanned_exit_counts_also_there():
    assert people(Sums(entries=100, exits=90, old=80), scans_exits=False) == 10


def test_nobody_less_than_nobody_is_inside():
    assert people(Sums(entries=5, exits=9), scans_exits=True) == 0


def test_after_closing_the_last_ones_leave_by_the_minute():
    leave = minutes(60)

    assert [faded(90, closed_for=minutes(m), leave=leave) for m in (-5, 0, 20, 60, 300)] == [
        90,
        90,
        60,
        0,
        0,
    ]


def test_levels_begin_at_their_percent():
    assert [level_of(n, 100, RULE.limits) for n in (49, 50, 69, 70, 89, 90, 99, 100, 130)] == [
        0, 1, 1, 2, 2, 3, 3, 4, 4,
    ]  # fmt: skip


def test_one_goes_up_at_once_and_over_several_levels():
    assert look(State(0), 92) == State(3)


def test_within_the_margin_a_level_stays():
    assert look(State(2), 66) == State(2)


def test_below_the_margin_it_is_left_after_calm_only():
    waiting = look(State(2), 64)

    assert waiting == State(2, AT)
    assert look(waiting, 64, AT + minutes(9)) == State(2, AT)
    assert look(waiting, 64, AT + minutes(10)) == State(1)


def test_who_comes_back_within_the_margin_begins_to_be_calm_anew():
    assert look(State(2, AT), 66, AT + minutes(5)) == State(2)


@given(st.lists(st.integers(66, 74), min_size=1, max_size=60))
def test_nothing_flaps_about_a_limit(counts):
    """Whoever stays between a limit less the margin and the next one crosses once at most."""
    state, crossed = State(1), 0
    for number, count in enumerate(counts):
        after = look(state, count, AT + minutes(number * 7))
        crossed += after.level != state.level
        state = after

    assert crossed <= 1


@given(st.lists(st.tuples(st.integers(0, 130), st.integers(0, 600)), max_size=60))
def test_a_level_is_never_below_what_is_reached_and_never_left_before_calm(looks):
    state, at, since = State(), AT, AT
    for count, gap in looks:
        at += timedelta(seconds=gap)
        after = look(state, count, at)
        assert after.level >= level_of(count, 100, RULE.limits)
        if after.level < state.level:
            assert at - since >= RULE.calm
        if after.level != state.level or after.calm_since is None:
            since = at
        state = after


@given(
    st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), min_size=1, max_size=40),
    st.booleans(),
)
def test_the_curve_ends_where_the_sums_are(flows, scans_exits):
    slices = [(AT + minutes(5 * n), came, gone, 0) for n, (came, gone) in enumerate(flows)]
    last, stay = slices[-1][0], minutes(60)

    end, count = curve(slices, scans_exits=scans_exits, stay=stay, until=last)[-1]

    old = sum(came for start, came, _gone, _right in slices if start < end - stay)
    sums = Sums(sum(f[0] for f in flows), sum(f[1] for f in flows), old)
    assert (end, count) == (last + minutes(5), people(sums, scans_exits=scans_exits))


def test_no_curve_without_passages():
    assert curve([], scans_exits=True, stay=minutes(60), until=AT) == []
