"""Tax numbers: the forms in use, and that a mistyped one is seen."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from bookings.invoices import tax_numbers

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
# Published by the standard's own annex and by companies registers.
REAL = ("91350100M000100Y43", "91110000600037341L", "91330106673959654P")


def letters(count: int) -> st.SearchStrategy[str]:
    return st.text(ALPHABET, min_size=count, max_size=count)


@st.composite
def credit_codes(draw: st.DrawFn) -> str:
    digits = st.text("0123456789", min_size=6, max_size=6)
    first = draw(letters(2)) + draw(digits) + draw(letters(9))
    return first + tax_numbers.check_character(first)


@pytest.mark.parametrize("number", REAL)
def test_real_numbers_are_read(number):
    assert tax_numbers.read(number) == number


@pytest.mark.parametrize(
    "typed",
    ["9135 0100 m000 100y 43", "９１３５０１００Ｍ０００１００Ｙ４３", "91350100-M000100Y-43"],
)
def test_separators_case_and_width_do_not_matter(typed):
    assert tax_numbers.read(typed) == "91350100M000100Y43"


@pytest.mark.parametrize(
    "number", ["350100M00010043", "110105123456789", "11010512345678901", "11010519491231002X01"]
)
def test_older_numbers_of_15_17_and_20_are_read(number):
    assert tax_numbers.read(number) == number


@pytest.mark.parametrize(
    "text",
    ["", "1", "91350100M000100Y4", "91350100M000100Y431", "91350100I000100Y43", "9" * 16, "9" * 19,
     "9" * 10_000, "<script>alert(1)</script>", "'; DROP TABLE x; --", "一二三四五六七八九十一二三四五",
     "91350100M000100Y4\x00"],
)  # fmt: skip
def test_anything_else_is_refused_at_its_field_and_not_repeated(text):
    with pytest.raises(tax_numbers.TaxNumberWrong) as refused:
        tax_numbers.read(text)

    assert refused.value.field == "tax_number"
    assert len(text) < 2 or text not in refused.value.reason


@given(code=credit_codes(), place=st.integers(0, 17), other=st.sampled_from(ALPHABET))
def test_one_mistyped_character_is_always_seen(code, place, other):
    assume(code[place] != other)
    assert tax_numbers.read(code) == code

    with pytest.raises(tax_numbers.TaxNumberWrong):
        tax_numbers.read(code[:place] + other + code[place + 1 :])


def test_a_number_is_shown_by_its_ends():
    assert tax_numbers.mask("91350100M000100Y43") == "9135**********0Y43"
    assert tax_numbers.mask("") == ""
