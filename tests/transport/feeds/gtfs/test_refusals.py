"""A bad feed is refused whole: every fault with file, line, column and reason."""

from __future__ import annotations

import pytest
from django.utils import translation

from tests.transport.feeds.gtfs.bad_files import CELLS, SHEETS
from tests.transport.feeds.gtfs.bad_rows import KEPT, ROWS
from tests.transport.feeds.gtfs.zips import faults, read, stops, times, zipped
from transport.feeds import gtfs


@pytest.mark.parametrize(("changes", "fault"), CELLS.values(), ids=CELLS)
def test_a_cell_that_does_not_hold_is_named(changes, fault):
    assert faults(changes) == [fault]


@pytest.mark.parametrize(("changes", "fault"), SHEETS.values(), ids=SHEETS)
def test_a_file_that_does_not_hold_is_named(changes, fault):
    assert faults(changes) == [fault]


@pytest.mark.parametrize(("changes", "fault"), ROWS.values(), ids=ROWS)
def test_a_row_that_does_not_hold_is_named(changes, fault):
    assert faults(changes) == [fault]


def test_a_line_is_counted_as_an_editor_counts_it():
    changes = stops('x,"two\nlines",30.0,118.0', "", "y,Y,91,118.0")

    assert faults(changes) == ["stops.txt, line 8, column stop_lat: 91 is not between -90 and 90"]


def test_all_faults_are_told_at_once():
    changes = {
        **stops("x,X,91,118.0"),
        **times("T1-1,08:00:00,08:00:00,south,1", "T1-1,07:00:00,07:00:00,town,2"),
        "routes.txt": "route_id,agency_id,route_short_name,route_type,route_color\nT1,Q,T1,3,red\n",
    }

    assert sorted(faults(changes)) == [
        "routes.txt, line 2, column agency_id: nothing in agency.agency_id is called “Q”",
        "routes.txt, line 2, column route_color: “red” is not a colour like 0039A6",
        "stop_times.txt, line 2, column stop_id: nothing in stops.stop_id is called “south”",
        "stop_times.txt, line 3, column arrival_time: is before the stop before",
        "stops.txt, line 5, column stop_lat: 91 is not between -90 and 90",
    ]


def test_a_hundred_faults_are_told_and_all_are_counted():
    changes = stops(*(f"s{number},X,91,118.0" for number in range(250)))

    with pytest.raises(gtfs.BadFeed) as refused:
        gtfs.read(zipped(changes))

    report = refused.value.report
    assert (len(report.faults), report.fault_count) == (100, 250)
    assert refused.value.facts == {"count": 250}


def test_a_fault_is_told_in_the_language_of_who_asks():
    changes = times("T1-1,08:00:00,08:00:00,south,1", "T1-1,09:00:00,09:00:00,town,2")
    with pytest.raises(gtfs.BadFeed) as refused:
        gtfs.read(zipped(changes))

    with translation.override("zh-hans"):
        assert str(refused.value.report.faults[0]) == (
            "stop_times.txt，第 2 行，stop_id 列: stops.stop_id 中没有“south”"
        )
        assert refused.value.reason == "数据未被接受，共有 1 处错误。"


def test_a_long_value_is_cut_where_it_is_told():
    changes = stops(f"x,X,{'9' * 1000},118.0")

    assert len(faults(changes)[0]) < 200


@pytest.mark.parametrize("changes", KEPT.values(), ids=KEPT)
def test_what_is_only_odd_is_noted_and_not_refused(changes):
    reading = gtfs.read(zipped(changes))

    assert reading.report.note_count == 1
    assert reading.report.fault_count == 0


def test_a_good_feed_has_nothing_odd():
    report = gtfs.read(zipped()).report

    assert (report.notes, report.faults) == ([], [])
    assert len(read().stops) == 3
