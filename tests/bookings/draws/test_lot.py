"""The lot: an order that nobody can choose, whole parties while they fit."""

from __future__ import annotations

import hashlib

from hypothesis import given
from hypothesis import strategies as st

from bookings.draws.lot import Party, drawn, hash_of, sha256

PARTIES = [Party("aa", 2), Party("bb", 3), Party("cc", 1)]

sizes_of = st.lists(st.integers(1, 6), max_size=30)
"""A party is its size here: its number, by which it is drawn, follows from its place and the seed."""


def parties(sizes: list[int]) -> list[Party]:
    return [Party(f"{place:04x}", size) for place, size in enumerate(sizes)]


def by_hand(*words: str) -> str:
    return hashlib.sha256("|".join(words).encode()).hexdigest()


def test_the_lists_hash_is_of_its_lines_by_number():
    assert hash_of(PARTIES[::-1]) == hashlib.sha256(b"aa 2\nbb 3\ncc 1").hexdigest()
    assert hash_of([]) == hashlib.sha256(b"").hexdigest()


def test_the_order_is_that_of_the_published_formula():
    found = drawn(PARTIES, seed="s", list_hash="l", public_value="", places=6)

    assert [one.number for one in found] == sorted(
        ("aa", "bb", "cc"), key=lambda number: by_hand("s", "l", "", number)
    )
    assert [one.rank for one in found] == [1, 2, 3]


@given(sizes_of, st.integers(0, 40), st.integers(0, 2**16))
def test_whole_parties_win_in_order_while_they_fit(sizes, places, seed):
    some = parties(sizes)
    found = drawn(some, seed=str(seed), list_hash=hash_of(some), public_value="", places=places)

    by_number, left = {party.number: party.size for party in some}, places
    assert sorted(one.number for one in found) == sorted(by_number)
    for one in found:
        assert one.has_won == (by_number[one.number] <= left)
        left -= by_number[one.number] if one.has_won else 0
    assert left >= 0


@given(st.lists(st.integers(1, 6), min_size=2, max_size=30), st.integers(0, 40))
def test_in_what_order_they_have_entered_does_not_matter(sizes, places):
    some = parties(sizes)
    one, other = (
        drawn(each, seed="s", list_hash=hash_of(each), public_value="v", places=places)
        for each in (some, some[::-1])
    )

    assert one == other


@given(sizes_of, st.integers(1, 40), st.integers(0, 2**16), st.integers(1, 6))
def test_what_is_not_taken_goes_to_who_fits_first_in_the_order(sizes, places, seed, most):
    """However many make room: nobody loses what they have won, never more places than there are, and
    nobody is left who would fit."""
    some = parties(sizes)
    by_number = {party.number: party.size for party in some}
    lot = {"seed": str(seed), "list_hash": "l", "public_value": "", "places": places}
    gone: list[str] = []
    before = drawn(some, **lot)
    for _step in range(most):
        mine = [one.number for one in before if one.has_won and one.number not in gone]
        if not mine:
            break
        gone.append(mine[seed % len(mine)])
        after = drawn(some, **lot, not_taken=gone)

        new = [a for a, b in zip(after, before, strict=True) if a.has_won and not b.has_won]
        assert all(a == b for a, b in zip(after, before, strict=True) if b.has_won)
        assert {one.step for one in new} <= {len(gone)}
        taken = sum(by_number[o.number] for o in after if o.has_won and o.number not in gone)
        assert taken <= places
        assert all(by_number[o.number] > places - taken for o in after if not o.has_won)
        before = after


def test_every_entry_is_first_about_equally_often():
    numbers = ["aa", "bb", "cc", "dd"]
    firsts = dict.fromkeys(numbers, 0)
    for seed in range(4000):
        found = drawn(
            [Party(number, 1) for number in numbers], seed=sha256(str(seed)), list_hash="l",
            public_value="", places=1,
        )  # fmt: skip
        firsts[found[0].number] += 1

    assert all(880 <= count <= 1120 for count in firsts.values())
