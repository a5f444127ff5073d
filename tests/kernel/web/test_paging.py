from base64 import urlsafe_b64encode

import pytest
from django.contrib.contenttypes.models import ContentType
from django.test import RequestFactory

from kernel.errors import BadInput
from kernel.web import paging

BY = ("-app_label", "id")


@pytest.fixture
def rows(db: None) -> list[ContentType]:
    ContentType.objects.all().delete()
    made = [
        ContentType.objects.create(app_label=label, model=f"m{number}")
        for number, label in enumerate(["b", "a", "b", "c", "b", "a", "c"])
    ]
    return sorted(made, key=lambda row: (-ord(row.app_label), row.pk))


def walk(size: int) -> list[ContentType]:
    seen, cursor = [], None
    while True:
        page = paging.page_after(ContentType.objects.all(), by=BY, after=cursor, size=size)
        seen += page.rows
        cursor = page.next_cursor
        if cursor is None:
            return seen


@pytest.mark.parametrize("size", [1, 2, 3, 6, 7, 100])
def test_every_row_comes_once_and_in_order(rows: list[ContentType], size: int) -> None:
    assert walk(size) == rows


def test_a_row_that_comes_in_between_moves_nothing(rows: list[ContentType]) -> None:
    first = paging.page_after(ContentType.objects.all(), by=BY, after=None, size=3)
    ContentType.objects.create(app_label="z", model="new")

    second = paging.page_after(ContentType.objects.all(), by=BY, after=first.next_cursor, size=3)

    assert [*first.rows, *second.rows] == rows[:6]


@pytest.mark.parametrize(
    "text",
    ["[]", '["a"]', '["a",1,2]', '["a",[1]]', '["a",true]', '["a",1.5]', '["a","x"]', "{}", "1"],
)
def test_a_cursor_that_is_not_ours_is_bad_input(db: None, text: str) -> None:
    forged = urlsafe_b64encode(text.encode()).decode()

    with pytest.raises(BadInput):
        paging.page_after(ContentType.objects.all(), by=BY, after=forged, size=3)


@pytest.mark.parametrize("cursor", ["!", "é", "AAAA", "\0", "a" * 10001])
def test_a_cursor_that_cannot_be_read_is_bad_input(db: None, cursor: str) -> None:
    with pytest.raises(BadInput):
        paging.page_after(ContentType.objects.all(), by=BY, after=cursor, size=3)


def test_a_huge_number_in_a_cursor_is_not_a_fault(rows: list[ContentType]) -> None:
    forged = urlsafe_b64encode(f'["b",{10**40}]'.encode()).decode()

    page = paging.page_after(ContentType.objects.all(), by=BY, after=forged, size=9)

    assert [row.app_label for row in page.rows] == ["a", "a"]


def test_the_request_may_ask_for_up_to_a_hundred(rows: list[ContentType]) -> None:
    request = RequestFactory().get("/", {"limit": "2"})

    page = paging.page_of(request, ContentType.objects.all(), by=BY)

    assert page.rows == rows[:2]
    for wrong in ("0", "101", "x", ""):
        with pytest.raises(BadInput):
            paging.page_of(
                RequestFactory().get("/", {"limit": wrong}), ContentType.objects.all(), by=BY
            )
