"""What a card reader types is read as people."""

from __future__ import annotations

from datetime import date

import pytest

from accounts.travellers.documents import Kind
from bookings.desk.typed import PersonUnreadable, Typed, kind_of, read_people

CARD = "341001198805179960"
LONG = "María Fernanda Íñiguez de la Peña Zúñig"


def test_each_line_is_a_person_in_any_order():
    assert read_people(f"{CARD} 李奶奶\n\n李爷爷,{CARD.lower()}") == [
        Typed(Kind.RESIDENT_ID, CARD, "李奶奶", None),
        Typed(Kind.RESIDENT_ID, CARD, "李爷爷", None),
    ]


def test_a_passport_with_two_surnames_and_38_letters_is_read_in_full():
    assert len(LONG) == 39

    [person] = read_people(f"AAB123456 {LONG[:-1]} 1970-05-01")

    assert person == Typed(Kind.PASSPORT, "AAB123456", LONG[:-1], date(1970, 5, 1))


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        (CARD, Kind.RESIDENT_ID),
        ("810000199408230021", Kind.HMT_RESIDENCE),
        ("911124198108030024", Kind.FOREIGN_PR),
        ("CAN110080010101", Kind.FOREIGN_PR),
        ("H12345678", Kind.HM_PERMIT),
        ("M1234567800", Kind.HM_PERMIT),
        ("12345678", Kind.TW_PERMIT),
        ("E12345678", Kind.PASSPORT),
        ("123456789", Kind.PASSPORT),
    ],
)
def test_the_form_of_a_number_says_which_document_it_is(number, kind):
    assert kind_of(number) is kind


@pytest.mark.parametrize("line", [CARD, "李奶奶", "AAB123456 García 1970-13-01", "; DROP TABLE x"])
def test_a_line_that_names_nobody_is_named_by_its_number(line):
    with pytest.raises(PersonUnreadable) as refused:
        read_people(f"{CARD} 李奶奶\n{line}")

    assert refused.value.facts == {"line": 2}


def test_too_many_lines_are_refused():
    with pytest.raises(PersonUnreadable):
        read_people(f"{CARD} 李奶奶\n" * 51)
