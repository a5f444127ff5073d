"""The book of travellers: who is in it, sealed, and nobody else's business."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from accounts.travellers import operations, queries
from accounts.travellers.documents import BirthDateWrong, CheckDigitWrong, Kind
from accounts.travellers.models import Traveller
from accounts.travellers.operations import book
from kernel.errors import NotFound
from tests.factories.accounts import make_traveller, resident_number

pytestmark = pytest.mark.django_db

AT = datetime(2026, 10, 1, 1, 0, tzinfo=UTC)
BORN = date(1988, 5, 17)
NUMBER = resident_number(BORN)


def remember(actor: str = "user:1", **more: object) -> Traveller:
    fields = {"name": "张测试", "kind": Kind.RESIDENT_ID, "number": NUMBER, "at": AT} | more
    return operations.remember(actor=actor, **fields)  # type: ignore[arg-type]


def test_a_traveller_is_kept_sealed_and_masked() -> None:
    made = remember(phone="16100000001")

    row = Traveller.objects.values().get()
    assert NUMBER not in " ".join(str(value) for value in row.values())
    assert "16100000001" not in " ".join(str(value) for value in row.values())
    assert row["document_masked"] == f"341***********{NUMBER[-4:]}"
    assert row["birth_date"] == BORN
    assert operations.plain_number(made) == NUMBER


@pytest.mark.parametrize("typed", [NUMBER.lower(), f"{NUMBER[:6]} {NUMBER[6:14]} {NUMBER[14:]}"])
def test_the_same_person_has_the_same_index_in_every_book(typed: str) -> None:
    here, there = remember(), remember(actor="guest:x", number=typed, name="另一名")

    assert here.document_index == there.document_index
    assert here.document_sealed != there.document_sealed


def test_another_document_has_another_index() -> None:
    card = remember()
    other = remember(number=resident_number(BORN, 997))
    passport = remember(kind=Kind.PASSPORT, number="123456789", birth_date=BORN)
    permit = remember(kind=Kind.TW_PERMIT, number="12345678", birth_date=BORN)

    assert len({row.document_index for row in (card, other, passport, permit)}) == 4


def test_the_same_document_again_changes_the_person_there() -> None:
    first = remember()

    again = remember(name="张更正")

    assert again.pk == first.pk
    assert Traveller.objects.get().name == "张更正"


def test_a_wrong_number_is_refused_and_changes_nothing() -> None:
    broken = NUMBER[:-1] + ("0" if NUMBER[-1] != "0" else "1")

    with pytest.raises(CheckDigitWrong) as caught:
        remember(number=broken)

    assert broken not in str(caught.value) + caught.value.reason
    assert not Traveller.objects.exists()


def test_a_passport_wants_a_date_of_birth_that_can_be() -> None:
    with pytest.raises(operations.BirthDateMissing):
        remember(kind=Kind.PASSPORT, number="E00000000")
    with pytest.raises(BirthDateWrong):
        remember(kind=Kind.PASSPORT, number="E00000000", birth_date=date(2026, 10, 2))

    assert not Traveller.objects.exists()


def test_not_born_yet_is_meant_by_chinas_calendar() -> None:
    just_past_midnight_there = datetime(2026, 10, 1, 16, 30, tzinfo=UTC)

    made = remember(
        kind=Kind.PASSPORT,
        number="E00000000",
        birth_date=date(2026, 10, 2),
        at=just_past_midnight_there,
    )

    assert made.birth_date == date(2026, 10, 2)


def test_a_book_has_its_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(book, "MOST", 1)
    remember()

    with pytest.raises(operations.BookFull):
        remember(number=resident_number(BORN, 997))

    assert remember(name="张更正").name == "张更正"
    assert Traveller.objects.count() == 1


def test_only_the_own_book_is_read() -> None:
    mine, theirs = make_traveller("user:1"), make_traveller("user:2", sequence=997)

    people = queries.people(ids=[mine.pk, theirs.pk], actors=("user:1", "guest:x"))

    assert [person.traveller_id for person in people] == [mine.pk]
    with pytest.raises(NotFound):
        queries.get(theirs.pk, actors=("user:1",))
    with pytest.raises(NotFound):
        operations.forget(traveller_id=theirs.pk, actors=("user:1",))
    assert Traveller.objects.count() == 2


def test_a_guest_and_an_account_with_the_same_person_show_it_once() -> None:
    make_traveller("guest:x", name="客人")
    own = make_traveller("user:1", name="本人")

    assert [row.pk for row in queries.of(("user:1", "guest:x"))] == [own.pk]


def test_changing_may_keep_the_document() -> None:
    made = remember(phone="16100000001")

    operations.change(
        traveller_id=made.pk,
        actors=("user:1",),
        name="张新名",
        kind=Kind.RESIDENT_ID,
        number="",
        at=AT,
    )

    kept = Traveller.objects.get()
    assert (kept.name, kept.document_index) == ("张新名", made.document_index)
    assert kept.phone_masked == "161****0001"


def test_changing_to_a_document_of_another_traveller_is_refused() -> None:
    remember()
    other = remember(number=resident_number(BORN, 997))

    with pytest.raises(operations.AlreadyThere):
        operations.change(
            traveller_id=other.pk,
            actors=("user:1",),
            name="张测试",
            kind=Kind.RESIDENT_ID,
            number=NUMBER,
            at=AT,
        )

    other.refresh_from_db()
    assert operations.plain_number(other) == resident_number(BORN, 997)


def test_taking_over_moves_whom_the_account_does_not_know() -> None:
    make_traveller("user:1")
    make_traveller("guest:x")
    new = make_traveller("guest:x", sequence=997)

    operations.take_over(source="guest:x", target="user:1")
    operations.take_over(source="guest:x", target="user:1")

    new.refresh_from_db()
    assert new.owner == "user:1"
    assert Traveller.objects.filter(owner="guest:x").count() == 1
