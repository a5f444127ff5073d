"""Who may pass: the table that every gate is held to, and laws that no order of scans breaks."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from django.conf import settings
from hypothesis import given
from hypothesis import strategies as st

from bookings.contracts import Direction, Reentry
from bookings.vouchers import rules
from bookings.vouchers.rules import Answer, Right

TABLE = json.loads((settings.BASE_DIR / "tests" / "data" / "passage_rules.json").read_text())
CELLS = [(rule, order) for rule in TABLE["rules"] for order in TABLE["scans"]]
OPENS = datetime(2026, 5, 1, tzinfo=UTC)
DOORS = ("front", "back", "side")


def right_of(row) -> Right:
    return Right(
        valid_from=datetime.fromisoformat(row["valid_from"]),
        valid_until=datetime.fromisoformat(row["valid_until"]),
        venue=ZoneInfo(row["venue"]),
        entries=row["entries"],
        rule=Reentry(row["rule"]),
        reentry_days=row["reentry_days"],
        doors_in=row["doors_in"],
        doors_out=row["doors_out"],
        is_void=row["is_void"],
    )


def walk(right, scans):
    """Each scan with its answer, and what the passages have come to by then."""
    standing = rules.NOBODY
    for direction, door, at in scans:
        answer = rules.decide(right, standing, direction=direction, door=door, at=at)
        if answer is Answer.OPEN:
            standing = standing.after(direction, at)
        yield answer, standing


@pytest.mark.parametrize(("rule", "order"), CELLS)
def test_the_table(rule, order):
    scans = [
        (Direction(each["direction"]), each["door"], datetime.fromisoformat(each["at"]))
        for each in TABLE["scans"][order]
    ]

    answers = [answer.value for answer, _standing in walk(right_of(TABLE["rules"][rule]), scans)]

    assert answers == TABLE["answers"][rule][order]


def test_the_table_gives_every_answer_there_is():
    said = {one for row in TABLE["answers"].values() for cell in row.values() for one in cell}
    assert said == {answer.value for answer in Answer}


SCANS = st.lists(
    st.tuples(
        st.sampled_from(Direction),
        st.sampled_from(DOORS),
        st.integers(-3600, 5 * 86400).map(lambda s: OPENS + timedelta(seconds=s)),
    ),
    max_size=12,
)
RIGHTS = st.builds(
    Right,
    valid_from=st.just(OPENS),
    valid_until=st.integers(1, 3 * 86400).map(lambda s: OPENS + timedelta(seconds=s)),
    venue=st.sampled_from([ZoneInfo("Asia/Shanghai"), ZoneInfo("America/Lima")]),
    entries=st.integers(1, 4),
    rule=st.sampled_from(Reentry),
    reentry_days=st.integers(0, 4),
    doors_in=st.sets(st.sampled_from(DOORS), max_size=2),
    doors_out=st.sets(st.sampled_from(DOORS), max_size=2),
    is_void=st.booleans(),
)


@given(RIGHTS, SCANS)
def test_so_many_entries_are_never_exceeded_and_a_void_right_opens_nothing(right, scans):
    for answer, standing in walk(right, scans):
        assert right.rule is not Reentry.COUNTED or standing.entries <= right.entries
        assert not (right.is_void and answer is Answer.OPEN)


@given(RIGHTS, SCANS)
def test_nobody_comes_out_who_is_not_inside_nor_goes_through_a_wrong_door(right, scans):
    before = rules.NOBODY
    for (direction, door, _at), (answer, standing) in zip(scans, walk(right, scans), strict=True):
        doors = right.doors_out if direction is Direction.OUT else right.doors_in
        if answer is Answer.OPEN:
            assert before.is_inside or direction is Direction.IN
            assert not doors or door in doors
        before = standing


@given(RIGHTS, SCANS)
def test_after_an_exit_entries_and_exits_take_turns(right, scans):
    right = Right(right.valid_from, right.valid_until, right.venue, rule=Reentry.AFTER_EXIT)
    answers = [answer for answer, _standing in walk(right, scans)]
    passed = [scan[0] for scan, answer in zip(scans, answers, strict=True) if answer is Answer.OPEN]

    assert all(one is not other for one, other in pairwise(passed))
    assert passed[:1] in ([], [Direction.IN])


@given(RIGHTS, SCANS)
def test_nobody_enters_before_it_opens_or_from_its_end_on(right, scans):
    before = rules.NOBODY
    for (direction, _door, at), (answer, standing) in zip(scans, walk(right, scans), strict=True):
        if answer is Answer.OPEN and direction is Direction.IN:
            assert right.valid_from <= at < rules.ends_at(right, before)
        before = standing


def test_the_day_of_the_first_entry_is_the_first_day():
    shanghai = ZoneInfo("Asia/Shanghai")
    right = Right(OPENS, OPENS + timedelta(days=1), shanghai, rule=Reentry.FREE, reentry_days=3)
    late = datetime(2026, 5, 1, 23, 59, tzinfo=shanghai)

    ends = rules.ends_at(right, rules.NOBODY.after(Direction.IN, late))

    assert ends == datetime(2026, 5, 4, tzinfo=shanghai)
