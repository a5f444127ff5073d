"""Stops by name: whole, a part, a slip; several sides of a road are one stop."""

from __future__ import annotations

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st

from transport.lines.stop_names import NoSuchStop, StopNames, WhichStop, slips

STOPS = StopNames(
    [
        (1, "汤口换乘中心", "Tangkou Transfer Centre"),
        (2, "汤口换乘中心", "Tangkou Transfer Centre"),
        (3, "汤口东岭", "Tangkou Dongling"),
        (4, "屯溪老街", "Tunxi Old Street"),
        (5, "云谷寺", ""),
        (6, "寺", ""),
    ]
)
letters = st.text(st.sampled_from("abcd云谷"), max_size=12)


def test_a_whole_name_in_either_language_is_all_sides_of_the_stop():
    assert STOPS.find("汤口换乘中心", field="from") == [1, 2]
    assert STOPS.find("tangkou transfer CENTRE", field="from") == [1, 2]


def test_a_whole_name_wins_over_those_that_have_it_in_them():
    assert STOPS.find("寺", field="from") == [6]


def test_a_part_that_only_one_name_has_is_enough():
    assert STOPS.find("老街", field="from") == [4]
    assert STOPS.find("old", field="from") == [4]


@pytest.mark.parametrize(
    ("language", "names"),
    [
        ("en", ("Tangkou Dongling", "Tangkou Transfer Centre")),
        ("zh-hans", ("汤口东岭", "汤口换乘中心")),
    ],
)
def test_a_part_of_several_asks_which_in_the_language_of_who_asks(language, names):
    with translation.override(language), pytest.raises(WhichStop) as asked:
        STOPS.find("tangkou", field="to")

    assert asked.value.names == names
    assert asked.value.field == "to"


@pytest.mark.parametrize(
    ("words", "names"),
    [
        ("Tunix old", ("Tunxi Old Street",)),
        ("Tagnkou", ("Tangkou Dongling", "Tangkou Transfer Centre")),
        ("云谷司", ("云谷寺",)),
        ("汤囗东岭", ("Tangkou Dongling",)),
        ("nowhere at all", ()),
        ("z", ()),
    ],
)
def test_a_slip_is_asked_back(words, names):
    with translation.override("en"), pytest.raises(NoSuchStop) as asked:
        STOPS.find(words, field="from")

    assert asked.value.names == names
    assert words in asked.value.reason


def test_names_that_are_offered_come_once():
    with translation.override("en"):
        assert STOPS.all() == [
            "Tangkou Dongling",
            "Tangkou Transfer Centre",
            "Tunxi Old Street",
            "云谷寺",
            "寺",
        ]


@given(letters, letters, letters)
def test_what_is_a_part_of_a_name_is_no_slip(before, words, after):
    assert slips(words, before + words + after) == 0


@given(letters, letters)
def test_no_slip_means_a_part(words, name):
    assert (slips(words, name) == 0) == (words in name)


@given(letters, letters, st.integers(0, 12), st.sampled_from("abcx谷"))
def test_one_letter_more_is_one_slip_more_at_most(words, name, place, letter):
    longer = words[:place] + letter + words[place:]

    assert abs(slips(longer, name) - slips(words, name)) <= 1


@given(letters, letters)
def test_no_more_slips_than_letters(words, name):
    assert 0 <= slips(words, name) <= len(words)
