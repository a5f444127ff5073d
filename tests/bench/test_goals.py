"""A figure beside its goal."""

import pytest

from bench.goals import ORDERS, Goal, table


@pytest.mark.parametrize(
    ("value", "verdict"),
    [(1.5, "proud"), (1.49, "pass"), (0.8, "pass"), (0.79, "MISSED")],
)
def test_more_is_better_where_the_goal_says_so(value, verdict):
    assert Goal(0.8, 1.5, more=True).verdict(value) == verdict


@pytest.mark.parametrize(
    ("value", "verdict"), [(20, "proud"), (20.1, "pass"), (40, "pass"), (40.1, "MISSED")]
)
def test_less_is_better_otherwise(value, verdict):
    assert Goal(40, 20).verdict(value) == verdict


def test_the_table_has_goals_first_and_every_figure_once():
    lines = list(table({"cores": 2, "oversold": 1}, ORDERS))

    assert [line.split() for line in lines] == [
        ["figure", "value", "pass", "proud"],
        ["oversold", "1", "0", "0", "MISSED"],
        [],
        ["cores", "2"],
    ]
