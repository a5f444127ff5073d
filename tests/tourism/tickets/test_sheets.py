"""Lists of names: read where they are one, refused clearly where they are a trap."""

from __future__ import annotations

import io
import zipfile
from contextlib import suppress

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from kernel.errors import Refusal
from tourism.tickets import sheets

HEADER = ["姓名", "证件类型", "证件号码"]
ROW = ["王小明", "身份证", "11010519491231002X"]


def xlsx(*rows: list[object]) -> bytes:
    book = Workbook()
    for row in rows:
        book.active.append(row)
    packed = io.BytesIO()
    book.save(packed)
    return packed.getvalue()


def text(*rows: list[str], encoding: str = "utf-8-sig", delimiter: str = ",") -> bytes:
    return "\r\n".join(delimiter.join(row) for row in rows).encode(encoding)


@pytest.mark.parametrize(
    "data",
    [
        xlsx(HEADER, ROW), text(HEADER, ROW), text(HEADER, ROW, encoding="gb18030"),
        text(HEADER, ROW, encoding="utf-8"), text(HEADER, ROW, delimiter=";"),
        text(HEADER, ROW, delimiter="\t"),
    ],
    ids=["xlsx", "csv", "gb18030", "no mark", "semicolons", "tabs"],
)  # fmt: skip
def test_a_list_is_read(data):
    [row] = sheets.read(data)

    assert (row.number, dict(row.cells), row.wrong) == (
        2, {"name": "王小明", "kind": "身份证", "number": "11010519491231002X"}, {},
    )  # fmt: skip


def test_english_columns_in_any_order_and_empty_rows():
    rows = (["Document number", "Name"], ["G12345678", "Ana"], ["", ""], ["G12345679", "Bo"])

    found = sheets.read(text(*rows))

    assert [(row.number, row.cells["name"]) for row in found] == [(2, "Ana"), (4, "Bo")]


@pytest.mark.parametrize("cell", ["=1+1", '=HYPERLINK("http://x")', "+1", "-1", "@SUM(A1)"])
@pytest.mark.parametrize("make", [xlsx, text], ids=["xlsx", "csv"])
def test_a_formula_is_said_of_its_row(make, cell):
    if make is text:
        cell = cell.replace('"', "")
    [bad, good] = sheets.read(make(HEADER, [cell, "身份证", "1"], ROW))

    assert (list(bad.wrong), bad.cells["name"], good.wrong) == (["name"], "", {})


def test_a_number_that_a_program_has_rounded_is_said():
    [row] = sheets.read(xlsx(HEADER, ["王", "身份证", 110105194912310021]))

    assert "rounded" in row.wrong["number"]


def test_a_short_number_is_text():
    [row] = sheets.read(xlsx(HEADER, ["Ana", "护照", 123456789]))

    assert row.cells["number"] == "123456789"


def test_a_title_may_stand_above_the_columns_and_rows_keep_their_numbers():
    [row] = sheets.read(xlsx(["Spring journey"], [], HEADER, ROW))

    assert (row.number, row.cells["name"]) == (4, "王小明")


def test_the_sign_that_makes_a_program_keep_text_is_no_part_of_it():
    [row] = sheets.read(text(HEADER, ["王小明", "身份证", "'11010519491231002X"]))

    assert (row.cells["number"], row.wrong) == ("11010519491231002X", {})


def test_a_formula_behind_that_sign_is_one_still():
    [row] = sheets.read(text(HEADER, ["'=1+1", "身份证", "1"], ROW))[:1]

    assert list(row.wrong) == ["name"]


def crafted(entry: str, before: bytes, many: int, piece: bytes) -> bytes:
    """A small workbook, one of whose parts has very many elements."""
    source, packed = io.BytesIO(xlsx(HEADER, ROW)), io.BytesIO()
    with (
        zipfile.ZipFile(source) as old,
        zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for each in old.infolist():
            data = old.read(each)
            if each.filename == entry:
                assert before in data
                data = data.replace(before, piece * many + before, 1)
            new.writestr(each, data)
    return packed.getvalue()


@pytest.mark.parametrize(
    ("entry", "before", "piece", "refusal"),
    [
        ("xl/styles.xml", b"</fonts>", b"<font/>", sheets.SheetTooLarge),
        ("xl/worksheets/sheet1.xml", b"</row>", b"<c/>", sheets.TooManyRows),
        ("xl/workbook.xml", b"</workbook>", b"<x/>", sheets.SheetTooLarge),
    ],
)
def test_a_small_file_of_a_million_elements_is_not_parsed(entry, before, piece, refusal):
    """Thirty kilobytes that would keep a process busy for half a minute."""
    data = crafted(entry, before, 1_000_000, piece)
    assert len(data) < 50_000

    with pytest.raises(refusal):
        sheets.read(data)


def test_the_largest_list_with_every_column_is_read():
    rows = [[f"王{n}", "身份证", "11010519491231002X", *["x"] * 17] for n in range(1_000)]

    assert len(sheets.read(xlsx(HEADER + ["备注"] * 17, *rows))) == 1_000


def bomb(size: int) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as file:
        file.writestr("xl/worksheets/sheet1.xml", b"0" * size)
    return packed.getvalue()


def entities() -> bytes:
    """A workbook whose sheet declares entities."""
    source, packed = io.BytesIO(xlsx(HEADER, ROW)), io.BytesIO()
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(packed, "w") as new:
        for entry in old.infolist():
            data = old.read(entry)
            if entry.filename == "xl/worksheets/sheet1.xml":
                data = b'<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]>' + data
            new.writestr(entry, data)
    return packed.getvalue()


@pytest.mark.parametrize(
    ("data", "refusal"),
    [
        (b"x" * 2_000_001, sheets.SheetTooLarge),
        (bomb(30_000_000), sheets.SheetTooLarge),
        (entities(), sheets.NotASheet),
        (b"PK\x03\x04 not a zip", sheets.NotASheet),
        (bomb(10), sheets.NotASheet),
        (b"\xff\xfe\x00\x01\xff", sheets.NotASheet),
        (b"\x00" * 100, sheets.NotASheet),
        (text(HEADER, *[ROW] * 1001), sheets.TooManyRows),
        (xlsx(HEADER, *[ROW] * 1001), sheets.TooManyRows),
        (xlsx(["x"], [], [], [], [], HEADER, ROW), sheets.ColumnsMissing),
        (text(["a", "b"], ["c", "d"]), sheets.ColumnsMissing),
        (b"", sheets.ColumnsMissing),
        (text(HEADER), sheets.NoRows),
        (text(HEADER, ['"no end']), sheets.NotASheet),
    ],
    ids=[
        "large", "zip bomb", "entities", "no zip", "no workbook", "no encoding", "zeros",
        "rows", "rows of xlsx", "columns too far down", "no columns", "empty", "nobody", "no end of a quote",
    ],
)  # fmt: skip
def test_a_trap_is_refused_clearly(data, refusal):
    with pytest.raises(refusal) as refused:
        sheets.read(data)

    assert refused.value.field == "sheet"


def test_a_million_rows_are_not_read_to_the_end():
    data = b"name,document number\n" + b"a,b\n" * 490_000

    with pytest.raises(sheets.TooManyRows):
        sheets.read(data)


@given(st.binary(max_size=400))
def test_whatever_comes_is_read_or_refused(data):
    """Nothing else is ever raised, and what is read has a name and a document."""
    found = []
    with suppress(Refusal):
        found = sheets.read(data)

    assert all({"name", "number"} <= set(row.cells) for row in found)
