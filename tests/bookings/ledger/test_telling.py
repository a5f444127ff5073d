"""The books speak in words. That nothing is missing: tests/architecture/test_books_in_words.py."""

from __future__ import annotations

import pytest
from django.urls import reverse

from bookings.ledger import operations as ledger
from bookings.ledger.models import Entry
from bookings.ledger.telling import account_words, memo_words
from kernel import clock
from tests.cast import assemble, enter
from tests.factories.kernel import RegionFactory


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
