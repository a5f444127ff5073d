"""Who goes with whom: nothing that only goes along stays without people, no two children on one lap."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookings.classes import BESIDE, ON_A_LAP, has_name, is_beside, left_alone

BAG = f"{BESIDE}luggage"
PARTIES = st.dictionaries(
    st.text("abcdef", min_size=1, max_size=3), st.sampled_from(("adult", "", ON_A_LAP, BAG))
)


@pytest.mark.parametrize(
    ("classes", "alone"),
    [
        ([], []),
        (["adult"], []),
        ([BAG, ON_A_LAP], [0, 1]),
        (["adult", BAG, BAG], []),
        (["adult", ON_A_LAP, ON_A_LAP], [2]),
        (["adult", "adult", ON_A_LAP, ON_A_LAP, BAG], []),
    ],
)
def test_who_would_have_nobody_to_go_with(classes, alone):
    assert left_alone({str(n): code for n, code in enumerate(classes)}) == [str(n) for n in alone]


@given(PARTIES)
def test_without_who_is_left_alone_everybody_has_somebody(classes):
    stay = {key: code for key, code in classes.items() if key not in left_alone(classes)}

    assert left_alone(stay) == []
    people = sum(not is_beside(code) for code in stay.values())
    assert list(stay.values()).count(ON_A_LAP) <= people
    assert people or not stay


def test_a_child_on_a_lap_has_a_name_and_a_suitcase_has_none():
    assert [has_name(code) for code in ("adult", "", ON_A_LAP, BAG)] == [True, True, True, False]
