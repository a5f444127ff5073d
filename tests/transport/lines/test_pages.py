"""The pages of lines, in both languages, without JavaScript."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client

from bookings.orders import operations as orders
from kernel import clock
from tests.factories.kernel import RegionFactory
from tests.transport.lines.conftest import AT, DAY, FARE, ride, wish
from transport.lines import operations as lines
from transport.lines.models import ExceptionKind, ServiceException, ShuttleLine


@pytest.fixture(autouse=True)
def stopped_clock(monkeypatch) -> None:
    monkeypatch.setattr(clock, "now", lambda: AT)


def read(client: Client, line: ShuttleLine, language: str = "en", **asked: object) -> str:
    answer = client.get(f"/{language}/{line.region.slug}/lines/{line.slug}/", {"day": DAY, **asked})
    assert answer.status_code == 200
    return answer.content.decode()


def test_departures_with_their_seats_can_be_chosen(client, line, runs, at):
    orders.place(wish(ride(runs[0], 48), total_fen=48 * FARE), at=at)
    orders.place(wish(ride(runs[1], 50), total_fen=50 * FARE), at=at)

    html = read(client, line)

    assert re.findall(r'name="ref" value="([^"]+)"', html) == [f"{run.pk}:0:2" for run in runs]
    assert re.search(rf'value="{runs[0].pk}:0:2" checked', html)
    assert re.search(rf'value="{runs[1].pk}:0:2" disabled', html)
    assert "2 left" in html
    assert "08:00 → 08:40" in html
    assert "¥30" in html
    assert f'action="/en/{line.region.slug}/cart/add/"' in html


def test_a_part_of_the_way_has_its_own_times_and_fare(client, line, runs):
    html = read(client, line, **{"from": "1", "to": "2"})

    assert f'value="{runs[0].pk}:1:2"' in html
    assert "08:20 → 08:40" in html
    assert "¥15" in html


def test_it_speaks_both_languages(client, line, runs):
    assert "班线" in read(client, line, "zh-hans")
    assert "Line" in read(client, line)


def test_a_day_without_departures_says_so(client, line):
    assert "No departures any more on this day" in read(client, line, day="2026-12-01")


@pytest.mark.parametrize(
    ("months", "said"),
    [((3, 11), "Runs from March to November"), ((11, 3), "Runs from November to March"),
     ((1, 12), ""), ((4, 3), "")],
)  # fmt: skip
def test_the_months_in_which_it_runs_are_said_where_it_does_not_all_year(
    client, line, runs, months, said
):
    ShuttleLine.objects.filter(pk=line.pk).update(first_month=months[0], last_month=months[1])

    html = read(client, line)

    assert re.findall(r"Runs from \w+ to \w+", html) == ([said] if said else [])


def test_an_exceptional_day_and_its_reason_are_shown_before_and_on_it(client, line):
    closed = AT.date() + timedelta(days=5)
    common = {"line": line, "reason_zh": "马拉松", "reason_en": "Marathon"}
    ServiceException.objects.create(date=closed, service=ExceptionKind.REMOVED, **common)
    ServiceException.objects.create(
        date=closed + timedelta(days=60), service=ExceptionKind.REMOVED, **common
    )

    before, on_it = read(client, line, day=AT.date()), read(client, line, day=closed)

    assert "Other than usual" in before
    assert before.count("Marathon") == 1
    assert "The line does not run on this day" in on_it
    assert on_it.count("Marathon") == 2
    assert "马拉松" in read(client, line, "zh-hans", day=closed)


def test_a_cancelled_departure_is_not_offered(client, line, runs, at):
    lines.cancel_run(run=runs[0], actor="user:1", at=at)

    assert f'value="{runs[0].pk}:0:2"' not in read(client, line)


@pytest.mark.parametrize(
    "asked",
    [{"day": "x"}, {"from": "-1"}, {"from": "2"}, {"to": "9"}, {"to": "x"}, {"pattern": "UP"}],
)
def test_a_choice_that_the_line_does_not_have_is_bad_input(client, line, asked):
    url = f"/en/{line.region.slug}/lines/{line.slug}/"

    assert client.get(url, {"day": DAY, **asked}).status_code == 400


def test_a_line_that_is_not_booked_shows_its_timetable(client, line):
    ShuttleLine.objects.update(is_bookable=False)

    html = read(client, line)

    assert "08:00" in html
    assert 'name="ref"' not in html


def test_the_list_names_open_lines_of_its_region_only(client, line):
    other = RegionFactory()
    url = f"/en/{line.region.slug}/lines/"

    assert line.name in client.get(url).content.decode()
    assert line.name not in client.get(f"/en/{other.slug}/lines/").content.decode()
    ShuttleLine.objects.update(is_open=False)
    assert line.name not in client.get(url).content.decode()
    assert client.get(f"/en/{line.region.slug}/lines/{line.slug}/").status_code == 404


def test_a_line_of_another_region_is_not_found(client, line):
    other = RegionFactory()

    assert client.get(f"/en/{other.slug}/lines/{line.slug}/").status_code == 404


def test_a_region_of_many_lines_is_shown_a_hundred_at_a_time(client, line):
    copies = ShuttleLine.objects.filter(pk=line.pk).values().get() | {"id": None}
    ShuttleLine.objects.bulk_create(
        ShuttleLine(**{**copies, "slug": f"u{number:03}"}) for number in range(120)
    )
    address = f"/en/{line.region.slug}/lines/"

    html = client.get(address).content.decode()
    more = re.findall(r'href="(\?after=[^"]+)"', html)
    rest = client.get(address + more[0]).content.decode()

    shown = [
        re.findall(rf"/en/{line.region.slug}/lines/([a-z0-9]+)/", each) for each in (html, rest)
    ]
    assert [len(set(each)) for each in shown] == [100, 21]
    assert set(shown[0]).isdisjoint(shown[1])
    assert re.findall(r'href="(\?after=[^"]+)"', rest) == []


def test_the_timetable_of_a_line_without_bookings_is_that_of_the_stop_where_one_gets_on(
    client, line, runs
):
    ShuttleLine.objects.filter(pk=line.pk).update(is_bookable=False)

    at_first, later = read(client, line), read(client, line, **{"from": "1", "to": "2"})

    clocks = [
        re.findall(r'<span class="q-chip">(\d\d:\d\d)</span>', each) for each in (at_first, later)
    ]
    assert clocks[0][:2] == ["08:00", "09:00"]
    assert clocks[1][:2] == ["08:20", "09:20"]
