"""The inbox and the choices as pages: plain forms, one's own only, no reading by looking."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from accounts.messages import operations, queries
from accounts.messages.models import Choice, Consent, Message
from kernel import clock
from tests.accounts.messages.conftest import AT, note
from tests.cast import enter
from tests.factories.accounts import TouristFactory

pytestmark = pytest.mark.django_db
SETTINGS = "/en/me/messages/settings/"


@pytest.fixture(autouse=True)
def now(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: AT)


@pytest.fixture
def browser(wang) -> Client:
    return enter(wang)


@pytest.fixture
def message(wang) -> Message:
    operations.tell([note(wang, link=operations.Link("identity:me"))], at=AT)
    return Message.objects.get()


def test_the_header_counts_what_is_unread(browser, wang, message):
    assert '<b class="q-count">1<' in browser.get("/en/me/").content.decode()

    operations.read_all(user_id=wang.pk, at=AT)

    assert '<b class="q-count">' not in browser.get("/en/me/").content.decode()


def test_who_is_not_signed_in_has_no_bell(client):
    assert "q-top__bell" not in client.get("/en/me/").content.decode()


def test_looking_is_not_reading(browser, wang, message):
    page = browser.get(f"/en/me/messages/{message.pk}/").content.decode()

    assert "Wang: {a.__class__}" in page
    assert 'href="/en/me/"' in page
    assert queries.unread(wang.pk) == 1


def test_a_button_says_that_it_was_read(browser, wang, message):
    answer = browser.post(f"/en/me/messages/{message.pk}/read/")

    assert (answer.status_code, answer.url) == (302, "/en/me/messages/")
    assert queries.unread(wang.pk) == 0


def test_somebody_elses_message_is_not_there(message):
    stranger = enter(TouristFactory())

    assert stranger.get(f"/en/me/messages/{message.pk}/").status_code == 404
    assert stranger.post(f"/en/me/messages/{message.pk}/read/").status_code == 404
    assert Message.objects.get().read_at is None
    assert "Hello Wang" not in stranger.get("/en/me/messages/").content.decode()


def test_the_inbox_is_paged(browser, wang, django_assert_max_num_queries):
    operations.tell([note(wang, key=f"k{n}") for n in range(25)], at=AT)

    with django_assert_max_num_queries(6):
        page = browser.get("/en/me/messages/").content.decode()

    assert page.count("Hello Wang") == 20
    assert "?after=" in page


def test_choices_are_kept_as_they_were_ticked(browser, wang):
    form = {
        "language": "en", "is_quiet": "on", "quiet_from": "23:30", "quiet_until": "06:00",
        "trips-sms": "on",
    }  # fmt: skip
    answer = browser.post(SETTINGS, form)

    assert answer.status_code == 302
    assert queries.choices(wang.pk)["TRIPS", "SMS"] is True
    assert queries.choices(wang.pk)["TRIPS", "EMAIL"] is False
    kept = queries.preference(wang.pk)
    assert kept is not None
    assert (f"{kept.quiet_from:%H:%M}", f"{kept.quiet_until:%H:%M}") == ("23:30", "06:00")
    assert 'value="23:30"' in browser.get(SETTINGS).content.decode()


def test_quiet_hours_want_both_times(browser):
    page = browser.post(SETTINGS, {"language": "en", "is_quiet": "on", "quiet_from": "23:30"})

    assert "Please give a time." in page.content.decode()
    assert not Choice.objects.exists()


def test_agreeing_and_stopping_are_one_button_each(browser, wang):
    browser.post(f"{SETTINGS}consent/", {"answer": "yes"})
    assert queries.reach([wang.pk])[wang.pk].has_agreed

    browser.post(f"{SETTINGS}consent/", {"answer": "no"})

    assert [row.is_given for row in Consent.objects.order_by("pk")] == [True, False]


def test_nothing_is_ticked_beforehand_for_marketing(browser):
    page = browser.get(SETTINGS).content.decode()

    assert 'name="answer" value="yes"' in page
    assert not re.search(r'name="offers-[a-z]+"[^>]*checked', page)
    assert not Consent.objects.exists()


def test_the_stop_link_works_without_signing_in_and_only_by_sending(client, wang):
    operations.set_consent(user_id=wang.pk, is_given=True, given_by="PAGE", language="en", at=AT)
    path = operations.stop_path(wang.pk, "en")

    assert client.get(path).status_code == 200
    assert queries.reach([wang.pk])[wang.pk].has_agreed

    assert (
        Client(enforce_csrf_checks=True).post(path, {"List-Unsubscribe": "One-Click"}).status_code
        == 200
    )
    assert not queries.reach([wang.pk])[wang.pk].has_agreed
    assert Consent.objects.latest("pk").given_by == "MAIL_PROGRAM"


def test_an_altered_stop_link_is_not_there(client):
    assert client.get("/en/stop/1:abc/").status_code == 404
