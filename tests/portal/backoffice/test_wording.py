"""The page on which the platform's desk words what people are told."""

from __future__ import annotations

import pytest
from django.urls import reverse

from accounts.messages.models import Message, Wording
from tests import cast
from tests.factories.accounts import UserFactory

pytestmark = pytest.mark.django_db
KIND = "bookings.news.paid"


@pytest.fixture
def desk():
    return cast.enter(UserFactory(is_staff=True, is_superuser=True, email="he@example.org"))


def add(desk, **given: str):
    data = {"kind": KIND, "language": "en", "subject": "", "body": "", "short": "", **given}
    return desk.post(reverse("admin:accounts_messages_wording_add"), data)


def test_left_empty_it_begins_with_the_words_in_code(desk):
    add(desk)

    row = Wording.objects.get()
    assert (row.kind, row.subject) == (KIND, "Paid: {what}")
    assert "{code}" in row.body


def test_a_word_that_is_none_is_told_at_its_field_and_nothing_is_saved(desk):
    page = add(desk, body="{code} {sum}")

    form = page.context["adminform"].form
    assert "{sum} cannot be filled in here" in form.errors["body"][0]
    assert "{total}" in form.errors["body"][0]
    assert not Wording.objects.exists()


def test_it_is_shown_as_it_reads_with_the_length_of_a_text_message(desk):
    add(desk, body="Hello {code}", short="Hi {code}")
    row = Wording.objects.get()

    page = desk.get(reverse("admin:accounts_messages_wording_change", args=[row.pk]))

    text = page.content.decode()
    assert "Hello 7K3M9QX2TB" in text
    assert "13 characters, 1 message(s)" in text


def test_a_test_is_sent_to_who_asks_and_deleting_goes_back(desk):
    add(desk)
    row = Wording.objects.get()
    chosen = {"action": "send_test", "_selected_action": [row.pk]}

    desk.post(reverse("admin:accounts_messages_wording_changelist"), chosen)
    desk.post(reverse("admin:accounts_messages_wording_delete", args=[row.pk]), {"post": "yes"})

    assert Message.objects.filter(kind=KIND).count() == 1
    assert not Wording.objects.exists()
