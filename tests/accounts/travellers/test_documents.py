"""Every number of the tables is judged right."""

from __future__ import annotations

import csv
import time
from datetime import date
from pathlib import Path

import pytest

from accounts.travellers import documents
from accounts.travellers.documents import (
    BirthDateWrong,
    CheckDigitWrong,
    DocumentWrong,
    Issuer,
    Kind,
    OldNumber,
    OtherDocument,
)

TABLES = Path(__file__).resolve().parents[2] / "data" / "identity"
TODAY = date(2026, 10, 1)
KINDS = {"resident_id": Kind.RESIDENT_ID, "hmt_residence_permit": Kind.HMT_RESIDENCE}


def _rows(name: str) -> list[dict[str, str]]:
    with (TABLES / name).open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


@pytest.mark.parametrize("row", _rows("id_number_cases.csv"), ids=lambda row: row["case_id"])
def test_cards_of_the_table_are_judged_right(row: dict[str, str]) -> None:
    if row["expected_valid"] == "0":
        with pytest.raises(DocumentWrong):
            documents.read(kind=KINDS[row["kind"]], text=row["number"], today=TODAY)
        return

    read = documents.read(kind=KINDS[row["kind"]], text=row["number"], today=TODAY)

    assert read.birth_date == date.fromisoformat(row["birth_date"])
    assert read.number == row["number"].upper()


FORMATS = {row["code"]: row["fake_example"] for row in _rows("document_formats.csv")}


@pytest.mark.parametrize(
    ("code", "kind", "issuer"),
    [
        ("CN", Kind.PASSPORT, Issuer.CN),
        ("CN-old", Kind.PASSPORT, Issuer.CN),
        ("US", Kind.PASSPORT, Issuer.US),
        ("GB", Kind.PASSPORT, Issuer.GB),
        ("JP", Kind.PASSPORT, Issuer.JP),
        ("KR", Kind.PASSPORT, Issuer.KR),
        ("DE", Kind.PASSPORT, Issuer.DE),
        ("FR", Kind.PASSPORT, Issuer.FR),
        ("AU", Kind.PASSPORT, Issuer.AU),
        ("generic", Kind.PASSPORT, Issuer.ANY),
        ("HK-Macao-permit", Kind.HM_PERMIT, Issuer.ANY),
        ("TW-permit", Kind.TW_PERMIT, Issuer.ANY),
        ("Foreign-PR-2017", Kind.FOREIGN_PR, Issuer.ANY),
    ],
)
def test_examples_of_the_formats_are_taken(code: str, kind: Kind, issuer: Issuer) -> None:
    read = documents.read(kind=kind, text=FORMATS[code], today=TODAY, issuer=issuer)

    assert (read.number, read.birth_date) == (FORMATS[code], None)


@pytest.mark.parametrize(
    ("kind", "issuer", "text", "refusal"),
    [
        (Kind.RESIDENT_ID, "", "341001198805179969", CheckDigitWrong),
        (Kind.RESIDENT_ID, "", "341001880517996", OldNumber),
        (Kind.RESIDENT_ID, "", "341001209905179961", BirthDateWrong),
        (Kind.RESIDENT_ID, "", "341001202602309961", BirthDateWrong),
        (Kind.RESIDENT_ID, "", "991001198805179969", DocumentWrong),
        (Kind.RESIDENT_ID, "", "810000199408230021", OtherDocument),
        (Kind.RESIDENT_ID, "", "", DocumentWrong),
        (Kind.RESIDENT_ID, "", "😀" * 18, DocumentWrong),
        (Kind.RESIDENT_ID, "", "٣٤١٠٠١١٩٨٨٠٥١٧٩٩٦٩", DocumentWrong),
        (Kind.HMT_RESIDENCE, "", "11010519491231002X", DocumentWrong),
        (Kind.PASSPORT, "", "11010519491231002X", OtherDocument),
        (Kind.PASSPORT, "CN", "I00000000", DocumentWrong),
        (Kind.PASSPORT, "JP", "T00000000", DocumentWrong),
        (Kind.PASSPORT, "US", "12345678", DocumentWrong),
        (Kind.PASSPORT, "KR", "12345678", DocumentWrong),
        (Kind.PASSPORT, "FR", "00A000000", DocumentWrong),
        (Kind.PASSPORT, "", "ABCD", DocumentWrong),
        (Kind.HM_PERMIT, "", "X12345678", DocumentWrong),
        (Kind.TW_PERMIT, "", "1234567", DocumentWrong),
        (Kind.FOREIGN_PR, "", "US1000000000000", DocumentWrong),
    ],
)
def test_wrong_numbers_are_refused_with_their_reason(
    kind: Kind, issuer: str, text: str, refusal: type[DocumentWrong]
) -> None:
    with pytest.raises(DocumentWrong) as caught:
        documents.read(kind=kind, text=text, today=TODAY, issuer=issuer)

    assert type(caught.value) is refusal
    assert caught.value.field == "number"
    assert not text or text not in str(caught.value) + caught.value.reason


@pytest.mark.parametrize(
    "text",
    [
        "11010519491231002x",
        "110105 19491231 002X",
        "110105-1949-1231-002x",
        "１１０１０５１９４９１２３１００２Ｘ",
    ],
)
def test_the_same_card_typed_in_other_ways_is_the_same(text: str) -> None:
    read = documents.read(kind=Kind.RESIDENT_ID, text=text, today=TODAY)

    assert read.identity == "11010519491231002X"


def test_a_renewed_permit_is_the_same_person() -> None:
    first, renewed = (
        documents.read(kind=Kind.HM_PERMIT, text=text, today=TODAY)
        for text in ("H12345678", "H1234567802")
    )

    assert first.identity == renewed.identity == "H12345678"


@pytest.mark.parametrize(
    ("number", "masked"),
    [
        ("11010519491231002X", "110***********002X"),
        ("L898902C3", "L8****2C3"),
        ("12345678", "12***678"),
        ("ABCDE", "A***E"),
    ],
)
def test_masks_leave_too_little_to_guess_from(number: str, masked: str) -> None:
    assert documents.mask(number) == masked


def test_hostile_input_is_refused_quickly() -> None:
    started = time.perf_counter()

    for kind in Kind:
        with pytest.raises(DocumentWrong):
            documents.read(kind=kind, text="1" * 50_000, today=TODAY)

    assert time.perf_counter() - started < 0.05
