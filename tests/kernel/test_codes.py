"""Codes that people type and say: no look-alikes, and forgiving of how they were typed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel import codes

CODE = st.text(codes.ALPHABET, min_size=1, max_size=26)


def test_no_letter_reads_like_another():
    assert len(codes.ALPHABET) == len(set(codes.ALPHABET)) == 32
    assert not set("ILOU") & set(codes.ALPHABET)


@pytest.mark.parametrize("length", [1, 10, 26])
def test_a_code_has_its_length_and_its_letters(length):
    made = {codes.new_code(length) for _code in range(50)}

    assert {len(code) for code in made} == {length}
    assert set("".join(made)) <= set(codes.ALPHABET)


def test_codes_and_tokens_do_not_repeat():
    assert len({codes.new_code() for _code in range(2000)}) == 2000
    assert len({codes.new_token() for _token in range(2000)}) == 2000


def test_a_code_uses_every_letter():
    assert set("".join(codes.new_code() for _code in range(500))) == set(codes.ALPHABET)


def test_a_token_is_128_bits_that_fit_into_a_link():
    token = codes.new_token()

    assert len(token) == 22
    assert token.replace("-", "").replace("_", "").isalnum()


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("abcde-fghjk", "ABCDEFGHJK"),
        (" abcde fghjk\n", "ABCDEFGHJK"),
        ("ABCDE\tFGHJK", "ABCDEFGHJK"),
        ("oOiIlL", "001111"),
        ("ＡＢＣ１２３", "ABC123"),
        ("ＡＢＣ－１２３　", "ABC123"),
        ("ABC–123—4‐5", "ABC12345"),
        ("", ""),
    ],
)
def test_what_was_typed_is_read_as_what_was_meant(typed, meant):
    assert codes.normalise(typed) == meant


@given(code=CODE)
def test_a_code_is_read_back_however_it_is_written(code):
    confused = code.replace("0", "o").replace("1", "l")

    for written in (code, code.lower(), codes.group(code), codes.group(code, 3), confused):
        assert codes.normalise(written) == code


@given(typed=st.text())
def test_reading_twice_is_reading_once(typed):
    once = codes.normalise(typed)

    assert codes.normalise(once) == once


@pytest.mark.parametrize(
    ("code", "shown"),
    [
        ("ABCDEFGHJK", "ABCDE-FGHJK"),
        ("ABCDEFG", "ABCDE-FG"),
        ("ABCDE", "ABCDE"),
        ("", ""),
    ],
)
def test_codes_are_shown_in_groups_of_five(code, shown):
    assert codes.group(code) == shown
