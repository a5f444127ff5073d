import csv
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError

from accounts.identity import phones

TABLE = Path(__file__).resolve().parents[2] / "data" / "identity" / "phone_cases.csv"
with TABLE.open(encoding="utf-8") as file:
    ROWS = list(csv.DictReader(file))


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["number"])
def test_numbers_of_the_table_are_judged_right(row: dict[str, str]) -> None:
    if row["expected_valid"] == "0":
        with pytest.raises(ValidationError):
            phones.read_phone(row["number"])
    else:
        assert phones.read_phone(row["number"])[:3] == "161"


@pytest.mark.parametrize(
    "typed",
    ["+86 161 0000 0001", "0086-16100000001", "８６１６１０００００００１", " 161-0000-0001 "],
)
def test_the_same_number_typed_in_other_ways_is_the_same(typed: str) -> None:
    assert phones.read_phone(typed) == "16100000001"


@pytest.mark.parametrize("typed", ["1610000000", "٠١٦١٠٠٠٠٠٠١", "1e10", "16100000001" * 1000, "\n"])
def test_what_is_no_mobile_number_is_refused(typed: str) -> None:
    with pytest.raises(ValidationError):
        phones.read_phone(typed)


def test_a_sealed_number_shows_nothing_and_opens_again() -> None:
    sealed = phones.seal_phone("16100000001")

    assert "16100000001" not in sealed.sealed + sealed.index + sealed.masked
    assert sealed.masked == "161****0001"
    assert phones.plain_phone(sealed.sealed) == "16100000001"
    assert sealed.index == phones.index_of("16100000001")
    assert sealed.index != phones.index_of("16100000002")
