from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kernel.money import Money, parse_yuan, split, yuan

fens = st.integers(min_value=-(10**13), max_value=10**13)
weights = st.lists(st.integers(min_value=0, max_value=10**6), min_size=1, max_size=30).filter(any)


def test_like_adds_to_like() -> None:
    assert Money(19000) + Money(50) == Money(19050)
    assert Money(19000) - Money(20000) == Money(-1000)
    assert -Money(5, "EUR") == Money(-5, "EUR")


def test_currencies_do_not_mix() -> None:
    with pytest.raises(ValueError, match="CNY and EUR"):
        Money(1) + Money(1, "EUR")
    with pytest.raises(ValueError, match="EUR and CNY"):
        Money(1, "EUR") - Money(1)


@pytest.mark.parametrize("wrong", [1.0, "1", True, None])
def test_only_whole_fen_are_money(wrong: object) -> None:
    with pytest.raises(TypeError):
        Money(wrong)  # type: ignore[arg-type]


@pytest.mark.parametrize("currency", ["JPY", "KWD", "CLF"])
def test_a_currency_without_hundredths_has_no_fen(currency: str) -> None:
    with pytest.raises(ValueError, match="no hundredths"):
        Money(1, currency)


def test_a_bare_number_is_not_money() -> None:
    with pytest.raises(TypeError):
        Money(1) + 1  # type: ignore[operator]


@given(fen=fens, weights=weights)
def test_split_gives_everything_and_no_more(fen: int, weights: list[int]) -> None:
    assert sum(split(fen, weights)) == fen


@given(fen=fens, weights=weights)
def test_no_part_is_a_fen_from_its_share(fen: int, weights: list[int]) -> None:
    whole = sum(weights)

    for part, weight in zip(split(fen, weights), weights, strict=True):
        assert abs(part - Fraction(fen * weight, whole)) < 1


@given(fen=fens, weights=weights)
def test_a_refund_splits_like_its_charge(fen: int, weights: list[int]) -> None:
    assert split(-fen, weights) == [-part for part in split(fen, weights)]


@given(fen=fens, weights=weights)
def test_no_weight_means_no_part(fen: int, weights: list[int]) -> None:
    parts = split(fen, weights)

    assert all(part == 0 for part, weight in zip(parts, weights, strict=True) if weight == 0)


def test_equal_remainders_go_to_the_earlier_part() -> None:
    assert split(100, [1, 1, 1]) == [34, 33, 33]
    assert split(5, [0, 1, 1]) == [0, 3, 2]


@pytest.mark.parametrize("wrong", [[], [0, 0], [2, -1]])
def test_split_needs_a_weight(wrong: list[int]) -> None:
    with pytest.raises(ValueError, match="weights"):
        split(100, wrong)


@pytest.mark.parametrize(
    ("fen", "text"),
    [(0, "0"), (5, "0.05"), (19000, "190"), (19050, "190.50"), (-19050, "-190.50"), (-5, "-0.05")],
)
def test_yuan_shows_fen_only_where_there_are_any(fen: int, text: str) -> None:
    assert yuan(fen) == text


@given(fen=st.integers(min_value=0, max_value=10**13))
def test_what_is_written_can_be_read_back(fen: int) -> None:
    assert parse_yuan(yuan(fen)) == fen


def test_one_decimal_is_ten_fen() -> None:
    assert parse_yuan("190.5") == 19050


NOT_AMOUNTS = ["", " 1", "1 ", "1\n", "-1", "+1", "1.", ".5", "1.234", "1,000", "1e3", "NaN", "inf"]
NOT_AMOUNTS += ["١٢", "1元", "¥1", "1" * 13, "0x10", "1_000", "\x00"]


@pytest.mark.parametrize("wrong", [*NOT_AMOUNTS, None, 1, 1.5])
def test_anything_else_is_not_an_amount(wrong: object) -> None:
    with pytest.raises(ValueError, match="yuan"):
        parse_yuan(wrong)  # type: ignore[arg-type]
