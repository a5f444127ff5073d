"""What is true of every feed, and of everything that is no feed."""

from __future__ import annotations

import io
import os

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.transport.feeds.gtfs.cases import HARD
from tests.transport.feeds.gtfs.feeds import TEXT, cells, feeds
from tests.transport.feeds.gtfs.zips import GOOD, written, zipped
from transport.feeds import gtfs
from transport.feeds.gtfs.feed import tables

IS_LONG = bool(os.environ.get("QUANYU_LONG"))
# A whole feed takes its time to be thought up; a bad cell in a known one does not.
_UNHURRIED = settings(
    deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
LAW = settings(_UNHURRIED, max_examples=250 if IS_LONG else 25)
CHANCE = settings(_UNHURRIED, max_examples=6000 if IS_LONG else 200)
KINDS = [column.kind for table in tables().values() for column in table.columns]


@LAW
@given(feeds())
def test_reading_what_was_written_gives_the_same_feed(feed):
    again = gtfs.read(io.BytesIO(written(feed))).feed

    assert again == feed


@LAW
@given(feeds(), st.randoms())
def test_the_same_rows_make_the_same_bytes(feed, random):
    first = written(feed)
    for name in tables():
        random.shuffle(feed.rows(name))

    assert written(feed) == first


@CHANCE
@given(st.sampled_from(KINDS).flatmap(lambda kind: st.tuples(st.just(kind), cells(kind))))
def test_a_cell_that_is_written_reads_as_the_same_value(kind_and_value):
    kind, value = kind_and_value

    assert kind.read(kind.write(value)) == value


def outcome(source: io.BytesIO) -> tuple[gtfs.Feed | None, list[str]]:
    """The feed in a zip, or what is wrong with it."""
    try:
        return gtfs.read(source).feed, []
    except gtfs.BadFeed as refused:
        return None, [str(fault) for fault in refused.report.faults]


NASTY = st.one_of(
    st.sampled_from(
        ("", " ", '"', '""', "\0", "\ufffd", "-1", "1e9", "1e999", "nan", "inf", "٣", "1_0", "0x1",
         "９", "25:00:00", "24:60:00", "99999999999999999999", "-0", "20260230", "00000000", "\u2028",
         "00010101", "99991231", "../..", "javascript:x", "=cmd()", "T1-1", "north", "DAILY", "zh")
    ),
    st.text(max_size=6),
    TEXT,
)  # fmt: skip


@CHANCE
@given(
    st.sampled_from(list(HARD)),
    st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 10**6), NASTY), max_size=4),
)
def test_a_feed_with_any_cell_in_it_is_read_or_refused(case, changes):
    files: dict[str, str | bytes | None] = {**GOOD, **HARD[case]}
    names = sorted(name for name, text in files.items() if isinstance(text, str))
    for file, place, cell in changes:
        name = names[file % len(names)]
        lines = str(files[name]).split("\n")
        line = lines[place % len(lines)].split(",")
        line[place % len(line)] = cell
        lines[place % len(lines)] = ",".join(line)
        files[name] = "\n".join(lines).encode(errors="surrogatepass").decode(errors="replace")

    feed, faults = outcome(zipped(files))

    assert (feed is None) == bool(faults)
    assert feed is None or gtfs.read(io.BytesIO(written(feed))).feed == feed


@CHANCE
@given(
    st.sampled_from(("fares v2", "a station", "rides on request")),
    st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), min_size=1, max_size=5),
)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_zip_with_any_byte_in_it_is_read_or_refused(case, changes):
    content = bytearray(zipped(HARD[case]).getvalue())
    for place, byte in changes:
        content[place % len(content)] = byte

    feed, faults = outcome(io.BytesIO(bytes(content)))

    assert (feed is None) == bool(faults)
    assert feed is None or feed.trips
