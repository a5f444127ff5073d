"""The pages of lines, in both languages, without JavaScript."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from bookings.orders import operations as orders
from kernel import clock
from tests.factories.kernel import RegionFactory
from tests.transport.lines.conftest import AT, DAY, FARE, ride, wish
from transport.lines import operations as lines
from transport.lines.models import ShuttleLine


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


def test_a_cancelled_departure_is_not_offered(client, line, runs, at):
    lines.cancel_run(run=runs[0], actor="user:1", at=at)

    assert f'value="{runs[0].pk}:0:2"' not in read(client, line)


@pytest.mark.parametrize(
    "asked",
    [{"day": "x"}, {"from": "-1"}, {"from": "2"}, {"to": "9"}, {"to": "x"}, {"direction": "UP"}],
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
