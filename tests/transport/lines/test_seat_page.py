"""Choosing seats on a page: what is shown of each seat, and what goes into the cart."""

from __future__ import annotations

import pytest
from django.test import Client

from bookings.baskets.models import Item
from kernel import clock
from tests.transport.lines.conftest import AT, DAY
from tests.transport.lines.test_chosen_seats import ask, buy
from transport.lines.models import Run, ShuttleLine
from transport.lines.seat_map import rows_of


@pytest.fixture
def chooser(line: ShuttleLine, monkeypatch: pytest.MonkeyPatch) -> Client:
    monkeypatch.setattr(clock, "now", lambda: AT)
    line.has_seat_choice = True
    line.save()
    return Client()


def seats(browser: Client, run: Run, ends: str = "0:2"):
    return browser.get(f"/en/{run.line.region.slug}/seats/", {"ref": f"{run.pk}:{ends}"})


def add(browser: Client, run: Run, *picks: str, ends: str = "0:2"):
    return browser.post(
        f"/en/{run.line.region.slug}/cart/add/",
        {"kind": "shuttle", "ref": f"{run.pk}:{ends}", "pick": picks, "pick_class": "adult"},
    )


def test_a_seat_is_taken_for_who_rides_on_any_part_of_its_ride(chooser, run):
    buy(ask(run, 0, 1, 7))

    whole, second = seats(chooser, run), seats(chooser, run, "1:2")

    taken = [
        {seat.number for row in shown.context["page"].rows for seat in row if seat.is_taken}
        for shown in (whole, second)
    ]
    assert taken == [{7}, set()]
    assert whole.text.count('type="checkbox"') == 50
    assert whole.context["page"].left == 49


def test_two_seats_that_were_ticked_are_two_people_in_the_cart(chooser, run):
    answer = add(chooser, run, "3", "4")

    assert answer.status_code == 302
    item = Item.objects.get()
    assert (item.ref, item.classes) == (f"{run.pk}:0:2:3.4", ["adult", "adult"])
    assert "Seat 3" in chooser.get(answer["Location"]).text


@pytest.mark.parametrize("picks", [("x",), ("3", "3"), ("1" * 90,), ("3:4",)])
def test_what_is_no_seat_does_not_get_into_the_cart(chooser, run, picks):
    assert add(chooser, run, *picks).status_code in {302, 400}

    assert not Item.objects.exists()


def test_the_lines_page_leads_to_the_seats_only_where_there_is_a_choice(chooser, line, run):
    address = f"/en/{line.region.slug}/lines/{line.slug}/?day={DAY}"
    link = f"/seats/?ref={run.pk}%3A0%3A2"

    assert link in chooser.get(address).text
    ShuttleLine.objects.update(has_seat_choice=False)
    assert link not in chooser.get(address).text
    assert seats(chooser, run).status_code == 400


def test_seats_of_no_ride_are_not_found(chooser, run):
    assert seats(chooser, run, "2:0").status_code == 404


@pytest.mark.parametrize(("count", "widths"), [(45, [4] * 10 + [5]), (6, [4, 2]), (1, [1])])
def test_rows_have_two_seats_on_each_side_of_the_aisle(count, widths):
    rows = rows_of(count, {2})

    assert [len(row) for row in rows] == widths
    assert [seat.number for row in rows for seat in row] == list(range(1, count + 1))
