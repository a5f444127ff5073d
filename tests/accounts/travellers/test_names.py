import pytest
from django.core.exceptions import ValidationError

from accounts.travellers.names import mask_name, read_name


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("  张  三 ", "张 三"),
        ("阿卜杜拉•买买提", "阿卜杜拉·买买提"),
        ("Jean-Luc O’Neill, Jr.", "Jean-Luc O’Neill, Jr."),
        ("𠮷田", "𠮷田"),
        ("José", "José"),
        ("Nguyễn Thị", "Nguyễn Thị"),
    ],
)
def test_names_of_any_script_are_kept_as_they_are(typed: str, stored: str) -> None:
    assert read_name(typed) == stored


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "   ",
        "...",
        "张3",
        "😀",
        "<script>",
        "a\u202eb",
        "x" * 61,
        "=SUM(A1)",
        "@import",
        "张\x00",
    ],
)
def test_what_is_no_name_is_refused(typed: str) -> None:
    with pytest.raises(ValidationError):
        read_name(typed)


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("张三", "张*"),
        ("王小明", "王*明"),
        ("欧阳小明", "欧**明"),
        ("María García", "M*** G***"),
        ("Cher", "C***"),
        ("李", "李"),
        ("", ""),
    ],
)
def test_a_name_on_paper_says_no_more_than_its_ends(name, shown):
    assert mask_name(name) == shown
