"""The page of a stopped ticket: whoever has the order's link chooses, once, without JavaScript."""

from __future__ import annotations

from datetime import time, timedelta

import pytest
from django.urls import reverse

from kernel import clock
from tests.factories.tourism import slot_on
from tests.tourism.conftest import VISIT
from tests.tourism.tickets.test_stops import hours, local, ride, row_of, sell, stop  # noqa: F401
from tourism.tickets import operations as tickets
from tourism.tickets.models import Choice, Suspension

pytestmark = pytest.mark.django_db


@pytest.fixture
def stopped(ride, hours, monkeypatch):  # noqa: F811
    """A ticket that stands still since eleven, at half past."""
    line = sell(hours[2], 1)
    stop(ride)
    monkeypatch.setattr(clock, "now", lambda: local(ride, 11, 30))
    return line


def url(line) -> str:
    return reverse("areas:stopped", args=[line.order.token, line.pk])


def test_it_says_what_can_be_chosen_and_until_when(client, stopped, ride):  # noqa: F811
    tomorrow = slot_on(ride, VISIT + timedelta(days=1), time(9))

    html = client.get(url(stopped)).content.decode()

    assert "Wind" in html
    assert [f'value="{choice}"' in html for choice in ("REFUND", "MOVE", "WAIT")] == [True] * 3
    assert f'<option value="{tomorrow.pk}">' in html


def test_the_reason_is_told_in_the_readers_language(client, stopped):
    Suspension.objects.update(reason="大风", reason_en="Wind")

    english, chinese = client.get(url(stopped)), client.get("/zh-hans" + url(stopped)[3:])

    assert "大风" not in english.content.decode()
    assert "暂停运行：大风" in chinese.content.decode()


def test_a_post_chooses_and_the_page_says_so_from_then_on(client, stopped):
    answer = client.post(url(stopped), {"choice": "REFUND"}, follow=True)

    assert row_of(stopped).choice == Choice.REFUND
    html = answer.content.decode()
    assert "the money back" in html
    assert 'value="WAIT"' not in html


def test_who_waits_may_still_have_the_money(client, stopped):
    client.post(url(stopped), {"choice": "WAIT"})
    assert row_of(stopped).choice == Choice.WAIT

    client.post(url(stopped), {"choice": "REFUND"})

    assert row_of(stopped).choice == Choice.REFUND


@pytest.mark.parametrize("data", [{}, {"choice": "KEPT"}, {"choice": "MOVE", "slot": "0"}])
def test_nonsense_leaves_it_open(client, stopped, data):
    client.post(url(stopped), data)

    assert row_of(stopped).choice == Choice.OPEN


def test_a_stranger_a_line_that_runs_and_another_method_find_nothing(client, stopped, hours):  # noqa: F811
    other = sell(hours[0], 5, actor="guest:b")

    assert client.get(url(other)).status_code == 404
    assert client.get(reverse("areas:stopped", args=["x" * 22, stopped.pk])).status_code == 404
    assert client.put(url(stopped)).status_code == 405


def order_page(client, line) -> str:
    return client.get(reverse("checkout:order", args=[line.order.token])).content.decode()


def test_the_order_links_there_while_something_can_be_chosen(client, stopped, ride):  # noqa: F811
    link = f'href="{url(stopped)}"'

    undecided = order_page(client, stopped)
    tickets.choose(row=row_of(stopped), choice=Choice.WAIT, at=local(ride, 11, 30))
    waiting = order_page(client, stopped)
    tickets.choose(row=row_of(stopped), choice=Choice.REFUND, at=local(ride, 11, 31))
    decided = order_page(client, stopped)

    assert [link in page for page in (undecided, waiting, decided)] == [True, True, False]
    assert "choose by" in undecided
    assert "You wait until it runs again" in waiting


def test_an_order_of_what_runs_links_nowhere(client, stopped, hours):  # noqa: F811
    other = sell(hours[0], 5, actor="guest:b")

    assert "/stopped/" not in order_page(client, other)


@pytest.mark.parametrize(
    ("choice", "said"),
    [
        (Choice.REFUND, "Your money is on its way back"),
        (Choice.MOVE, "your code is good for the new time"),
    ],
)
def test_what_was_chosen_is_said_for_as_long_as_the_page_is_there(
    client,
    stopped,
    ride,  # noqa: F811
    choice,
    said,
):
    later = slot_on(ride, VISIT + timedelta(days=1), time(9))
    tickets.choose(row=row_of(stopped), choice=choice, slot_id=later.pk, at=local(ride, 11, 30))

    html = client.get(url(stopped)).content.decode()

    assert said in html
    assert ("It stands still" in html) == (choice == Choice.REFUND), "not of the new time"
