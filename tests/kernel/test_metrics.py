"""Counting costs little, survives the process, and is added up over all of them."""

from __future__ import annotations

import multiprocessing
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.urls import get_resolver

from kernel import metrics


@pytest.fixture
def folder(settings, tmp_path: Path, monkeypatch) -> Iterator[Path]:
    """A role's folder of this test alone."""
    settings.QUANYU_METRICS_DIR = str(tmp_path / "web")
    monkeypatch.setattr(metrics, "_families", {})
    metrics._forget_sheet()
    yield tmp_path / "web"
    metrics._forget_sheet()


def lines(name: str) -> list[str]:
    return [line for line in metrics.render().splitlines() if line.startswith(name)]


def test_a_counter_says_how_often_by_labels(folder):
    sold = metrics.Counter("sold_total", "Sold.", ("kind", "ending"))

    sold.add("a", 200)
    sold.add("a", 200, by=2)
    sold.add('say "b"\n', 409)

    assert lines("sold_total") == [
        'sold_total{kind="a",ending="200"} 3.0',
        'sold_total{kind="say \\"b\\"\\n",ending="409"} 1.0',
    ]
    assert "# HELP sold_total Sold.\n# TYPE sold_total counter\n" in metrics.render()


def test_a_histogram_counts_up_to_each_bound(folder):
    took = metrics.Histogram("took_seconds", "Took.", (0.1, 1), ("route",))

    for value in (0.05, 0.1, 0.5, 7):
        took.observe(value, "here")

    assert lines("took_seconds") == [
        'took_seconds_bucket{route="here",le="0.1"} 2.0',
        'took_seconds_bucket{route="here",le="1"} 3.0',
        'took_seconds_bucket{route="here",le="+Inf"} 4.0',
        'took_seconds_count{route="here"} 4.0',
        'took_seconds_sum{route="here"} 7.65',
    ]


def test_what_was_never_counted_is_named_all_the_same(folder):
    metrics.Counter("never_total", "Never.")

    assert lines("# TYPE never_total") == ["# TYPE never_total counter"]
    assert lines("never_total") == []


def _count_and_die(counter: metrics.Counter) -> None:
    counter.add(by=5)


def test_processes_are_added_up_also_those_that_ended(folder):
    forked = multiprocessing.get_context("fork")
    seen = metrics.Counter("seen_total", "Seen.")
    seen.add()

    for _child in range(2):
        child = forked.Process(target=_count_and_die, args=(seen,))
        child.start()
        child.join()
    seen.add()

    assert lines("seen_total") == ["seen_total 12.0"]
    assert len(list(folder.glob("*.cells"))) == 3


def test_a_series_that_is_being_written_is_read_next_time(folder):
    seen = metrics.Counter("seen_total", "Seen.")
    seen.add()
    with next(folder.glob("*.names")).open("a") as file:
        file.write('["seen_total", ["half')

    assert lines("seen_total") == ["seen_total 1.0"]


def test_threads_lose_no_count(folder):
    seen = metrics.Counter("seen_total", "Seen.")
    threads = [
        threading.Thread(target=lambda: [seen.add() for _ in range(5_000)]) for _ in range(4)
    ]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert lines("seen_total") == ["seen_total 20000.0"]


def test_who_runs_out_of_cells_says_so(folder):
    many = metrics.Counter("many_total", "Many.", ("number",))

    for number in range(metrics._CELLS + 9):
        many.add(number)

    assert len(lines("many_total")) == metrics._CELLS - 1
    assert lines("quanyu_metrics_lost") == ["quanyu_metrics_lost 10.0"]


def test_a_process_that_has_answered_everything_has_cells_left(folder):
    """Every address in each language, asked for and written to, with a few ways to end."""
    routes = [f"{lang}{number}" for lang in ("en", "zh") for number in range(count_routes())]
    requests = metrics.Counter("r_total", "R.", ("route", "method", "status"))
    seconds = metrics.Histogram("r_seconds", "R.", metrics.SECONDS.bounds, ("route",))
    for route in routes:
        seconds.observe(1, route)
        for method, status in (
            ("GET", 200),
            ("GET", 302),
            ("GET", 404),
            ("POST", 200),
            ("POST", 302),
        ):
            requests.add(route, method, status)

    metrics.Counter("last_total", "Last.").add()

    assert len(routes) > 800
    assert lines("last_total") == ["last_total 1.0"]


def count_routes() -> int:
    def under(patterns) -> int:
        return sum(under(p.url_patterns) if hasattr(p, "url_patterns") else 1 for p in patterns)

    return under(get_resolver().url_patterns)


def test_a_full_disk_takes_no_answer_with_it(folder):
    """A new series has no line there: what it counts is lost, and said to be."""
    seen, new = metrics.Counter("seen_total", "Seen."), metrics.Counter("new_total", "New.")
    seen.add()
    metrics._sheet.list = Path("/dev/full")

    for counter in (seen, new, new):
        counter.add()

    assert lines("seen_total") == ["seen_total 2.0"]
    assert lines("new_total") == []
    assert lines("quanyu_metrics_lost") == ["quanyu_metrics_lost 2.0"]


def test_the_room_for_all_cells_is_taken_at_once(folder):
    """A page of the file for which a full disk has no room would be the end of the process."""
    metrics.Counter("seen_total", "Seen.").add()

    [cells] = folder.glob("*.cells")
    assert cells.stat().st_blocks * 512 >= metrics._CELLS * 8 == cells.stat().st_size


def test_where_no_sheet_can_be_made_the_process_counts_for_itself(folder):
    folder.write_text("not a folder")

    metrics.Counter("seen_total", "Seen.").add()

    assert metrics._sheet.cells[1] == 1


def test_a_method_of_a_strangers_own_is_no_series_of_its_own(settings):
    before = metrics.render()

    metrics.count_request(route="r", method="MADEUP", status=405, seconds=0.1)

    assert "MADEUP" not in metrics.render()
    assert 'quanyu_requests_total{route="r",method="other",status="405"}' not in before
    assert 'quanyu_requests_total{route="r",method="other",status="405"} 1.0' in metrics.render()
