"""Departures from one stop to another: of which lines, in which order, what is left, what a page says."""

from __future__ import annotations

from datetime import datetime, time, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from kernel import clock
from tests.factories.kernel import PlaceFactory
from tests.factories.transport import shuttle_line
from tests.transport.lines.conftest import AT, DAY, FARE
from transport.lines import departures
from transport.lines import operations as lines
from transport.lines.models import FareRule, Pattern, PatternStop, Run, ShuttleLine


def stops_of(line: ShuttleLine):
    return [stop.place for stop in line.patterns.get(slug="out").stops.order_by("seq")]


def search(line: ShuttleLine, start, end, *, clock: time = time(0), hours: int = 24):
    after = line.region.at(DAY, clock) - timedelta(seconds=1)
    return departures.between(
        line.region,
        start=[start.pk],
        end=[end.pk],
        after=after,
        until=after + timedelta(hours=hours),
    ).rows


def local(line: ShuttleLine, moment: datetime) -> str:
    return f"{moment.astimezone(line.region.tz):%H:%M}"


def test_each_departure_has_its_times_at_these_two_stops_fare_and_seats(line, runs, sell):
    first, middle, _last = stops_of(line)
    sell(runs[1], 3, board=0, alight=1)

    rows = search(line, middle, stops_of(line)[2])
    there = search(line, first, middle)

    assert [local(line, row.boards_at) for row in rows][:2] == ["08:20", "09:20"]
    assert [local(line, row.alights_at) for row in rows][:2] == ["08:40", "09:40"]
    assert {row.fare_fen for row in rows} == {FARE // 2}
    assert [row.left for row in rows][:2] == [50, 50]
    assert [row.left for row in there][:2] == [50, 47]
    assert rows[0].ref == f"{runs[0].pk}:1:2"


def test_nothing_goes_back_where_the_line_does_not(line, runs):
    first, _middle, last = stops_of(line)

    assert search(line, last, first) == []


def test_what_has_left_this_stop_is_not_shown_though_it_left_the_first_one_earlier(line, runs):
    first, middle, last = stops_of(line)

    assert local(line, search(line, first, last, clock=time(8, 10))[0].boards_at) == "09:00"
    assert local(line, search(line, middle, last, clock=time(8, 10))[0].boards_at) == "08:20"


def test_lines_come_together_by_time_and_cancelled_runs_and_shut_lines_do_not(line, runs):
    first, _middle, last = stops_of(line)
    other = shuttle_line(line.region, "t02")
    out = other.patterns.get()
    out.stops.filter(seq=0).update(place=first)
    out.stops.filter(seq=2).update(place=last)
    other.trips.update(departs_s=8 * 3600 + 900)
    lines.create_runs(region=line.region, first=DAY, last=DAY)
    lines.cancel_run(run=runs[0], actor="user:1", at=runs[0].departs_at - timedelta(days=1))

    both = search(line, first, last)
    ShuttleLine.objects.filter(pk=other.pk).update(is_open=False)
    alone = search(line, first, last)

    assert local(line, both[0].boards_at) == "08:15"
    assert len(both) == 6 + 5
    assert local(line, alone[0].boards_at) == "09:00"


def test_where_a_line_comes_by_twice_the_shorter_ride_is_meant(line):
    first, middle, last = stops_of(line)
    loop = Pattern.objects.create(line=line, slug="loop", direction="OUT")
    for seq, place in enumerate((first, middle, first, last)):
        PatternStop.objects.create(
            pattern=loop, seq=10 * seq, place=place, arrives_s=600 * seq, departs_s=600 * seq,
            metres=100 * seq, fare_fen=100 * seq,
        )  # fmt: skip
    line.trips.update(pattern=loop)
    Run.objects.all().delete()
    lines.create_runs(region=line.region, first=DAY, last=DAY)

    [row, *_more] = search(line, first, last)

    assert row.ref.endswith(":2:3")
    assert row.boards_at - Run.objects.get(pk=row.run_id).departs_at == timedelta(minutes=20)


def test_more_departures_cost_no_more_statements(line, runs):
    first, _middle, last = stops_of(line)
    costs = []
    for hours in (2, 24):
        with CaptureQueriesContext(connection) as captured:
            assert search(line, first, last, clock=time(8), hours=hours)
        costs.append(len(captured))

    assert costs[0] == costs[1] <= 3


def test_a_line_that_is_paid_on_board_is_told_besides_with_its_shortest_way(named):
    first, middle, _last = stops_of(named)
    ShuttleLine.objects.filter(pk=named.pk).update(is_bookable=False)
    long = Pattern.objects.create(line=named, slug="long", direction="OUT")
    for seq, place in enumerate((first, stops_of(named)[2], middle)):
        PatternStop.objects.create(
            pattern=long, seq=seq, place=place, arrives_s=600 * seq, departs_s=600 * seq,
            metres=100 * seq, fare_fen=100 * seq,
        )  # fmt: skip

    shown = page(named, **{"from": "tangkou town", "to": "Tangkou East"})

    [row] = shown.context["page"].on_board
    assert row["note"] == "Tangkou Town → Tangkou East, 1 stop"
    assert "pattern=out" in row["href"]
    assert "pay on board, not booked here" in shown.text
    assert Client().get(row["href"]).status_code == 200


@pytest.fixture
def named(line: ShuttleLine, monkeypatch: pytest.MonkeyPatch):
    """The first and last stop have names to look for; the first one has a second side of the road."""
    monkeypatch.setattr(clock, "now", lambda: AT)
    first, middle, last = stops_of(line)
    for place, zh, en in ((first, "汤口镇", "Tangkou Town"), (middle, "汤口东", "Tangkou East"),
                          (last, "屯溪老街", "Tunxi Old Street")):  # fmt: skip
        place.name_zh, place.name_en = zh, en
        place.save()
    return line


def page(line: ShuttleLine, **asked: str):
    return Client().get(f"/en/{line.region.slug}/departures/", {"day": f"{DAY}", **asked})


def test_the_page_finds_stops_by_their_names_and_parts_of_them(named, runs):
    shown = page(named, **{"from": "tangkou town", "to": "Old Street"})

    assert [row["lead"] for row in shown.context["page"].rows][:2] == ["08:00", "09:00"]
    assert "arrives 08:40" in shown.text
    assert "¥30" in shown.text


def test_a_name_that_may_be_several_stops_asks_which(named, runs):
    shown = page(named, **{"from": "Tangkou", "to": "Tunxi Old Street"})

    [doubt] = shown.context["page"].doubts
    assert doubt.text == "Which stop is meant by “Tangkou”?"
    assert [name for name, _href in doubt.choices] == ["Tangkou East", "Tangkou Town"]
    assert shown.context["page"].rows == []


def test_a_slip_in_each_name_is_put_right_by_a_press_each(named, runs):
    shown = page(named, **{"from": "Tangkuo Town", "to": "Tunix old"})
    address = f"/en/{named.region.slug}/departures/"
    for _doubt in range(2):
        doubt = shown.context["page"].doubts[0]
        assert f'href="{doubt.choices[0][1].replace("&", "&amp;")}"' in shown.text
        shown = Client().get(address + doubt.choices[0][1])

    assert [row["lead"] for row in shown.context["page"].rows][:2] == ["08:00", "09:00"]
    assert shown.context["page"].day == DAY


def test_a_name_of_no_stop_is_said(named, runs):
    PlaceFactory(region=named.region, name_en="Nowhere")

    assert "No stop is called “Nowhere”." in page(named, **{"from": "Nowhere", "to": "x"}).text


def test_a_day_has_its_own_fare(named, runs):
    FareRule.objects.create(line=named, first_date=DAY, last_date=DAY, permille=1500)
    first, _middle, last = stops_of(named)

    assert {row.fare_fen for row in search(named, first, last)} == {FARE * 3 // 2}


def test_a_run_from_before_the_line_was_changed_takes_no_other_ones_place(line, runs):
    first, _middle, last = stops_of(line)
    Run.objects.filter(pk=runs[0].pk).update(segments=runs[0].segments[:1])

    rows = departures.between(
        line.region, start=[first.pk], end=[last.pk], most=1,
        after=line.region.at(DAY, time(0)), until=line.region.at(DAY, time(23)),
    ).rows  # fmt: skip

    assert [row.run_id for row in rows] == [runs[1].pk]


@pytest.mark.parametrize("asked", [{"day": "x"}, {"after": "25:00"}, {"day": "2026-02-30"}])
def test_what_cannot_be_read_is_refused(named, runs, asked):
    assert page(named, **{"from": "a", "to": "b", **asked}).status_code == 400


def test_a_row_leads_to_the_line_with_ride_and_day_chosen(named, runs):
    rows = page(named, **{"from": "Tangkou East", "to": "Tunxi Old Street"}).context["page"].rows

    line_page = Client().get(rows[0]["href"])

    shown = line_page.context["page"]
    assert (shown.board, shown.alight, shown.day) == (1, 2, DAY)
