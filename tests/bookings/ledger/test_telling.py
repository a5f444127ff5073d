"""The books speak the reader's language: every memo and every account that the rooms write."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import reverse
from django.utils import translation

from bookings.ledger import operations as ledger
from bookings.ledger.models import Entry
from bookings.ledger.telling import account_words, memo_words
from bookings.payments.models import DisputeState
from kernel import clock
from tests.cast import assemble, enter
from tests.factories.kernel import RegionFactory

_BOOKS = re.compile(r"post|post_many|_post|_book|NewEntry")
_WORDS = re.compile(r"[a-z]+( [a-z]+)*")
_ACCOUNT = re.compile(r"([a-z-]+):")


def calls() -> Iterator[ast.Call]:
    """Every call in the core that books something."""
    for path in (Path(settings.BASE_DIR) / "bookings").rglob("*.py"):
        if "migrations" not in path.parts:
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Call) and _BOOKS.fullmatch(_name(node.func)):
                    yield node


def _name(function: ast.expr) -> str:
    return function.id if isinstance(function, ast.Name) else getattr(function, "attr", "")


def memos() -> set[str]:
    found = set()
    for call in calls():
        keyed = [word.value for word in call.keywords if word.arg == "memo"]
        for each in [*keyed, *call.args]:
            if isinstance(each, ast.Constant) and _WORDS.fullmatch(str(each.value)):
                found.add(str(each.value))
    return found


def has_chinese(words: str) -> bool:
    return re.search(r"[\u4e00-\u9fff]", words) is not None


def test_every_memo_is_said_in_chinese():
    written = memos() | {f"dispute {state.lower()}" for state in DisputeState.values if state}

    with translation.override("zh-hans"):
        silent = {memo for memo in written if not has_chinese(memo_words(memo))}

    assert len(written) > 25
    assert silent == set()


@pytest.mark.parametrize(
    "account",
    [
        "buyer:1", "supplier:1", "revenue:1", "provider:cash", "deposit:1", "balance:1", "bonus:1",
        "balance-owed:1", "bonus-given:0", "tab:1", "drawer:1", "safe:1", "cash-difference:1",
        "bank:payouts", "by-hand:1", "outside:1", "disputed:1", "lost:0",
    ],
)  # fmt: skip
def test_every_account_is_said_in_chinese(account):
    with translation.override("zh-hans"):
        assert has_chinese(account_words(account))


def test_what_is_taken_back_says_why_and_nowhere_has_no_number():
    assert memo_words("reversal: typed twice") == "taken back: typed twice"
    assert account_words("bonus-given:0") == "bonus given away"
    assert account_words("supplier:7") == "supplier 7"


@pytest.mark.django_db
def test_the_pages_of_the_ledger_show_words_and_yuan():
    desk = enter(assemble(RegionFactory()).he_ping)
    ledger.post(
        key="k", subject="tab:1", memo="tab paid out", region_id=1, at=clock.now(),
        postings=[("drawer:1", 123_456), ("provider:cash", -123_456)],
    )  # fmt: skip
    entry = Entry.objects.get()

    listed = desk.get(reverse("admin:bookings_ledger_entry_changelist")).content.decode()
    one = desk.get(reverse("admin:bookings_ledger_entry_change", args=[entry.pk])).content.decode()
    undo = desk.get(reverse("admin:bookings_ledger_entry_reverse", args=[entry.pk]))

    assert "paid out to the holder of a tab" in listed
    assert "123456" not in one
    assert "¥1,234.56" in one
    assert "drawer:1" not in undo.content.decode()
    assert "−¥1,234.56" in undo.content.decode()
