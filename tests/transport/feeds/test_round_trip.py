"""import(export(x)) = x: every hard feed comes out of the tables as it went in."""

from __future__ import annotations

import pytest

from tests.transport.feeds.gtfs.cases import HARD
from tests.transport.feeds.gtfs.zips import read
from tests.transport.feeds.places import put, taken
from transport.feeds.gtfs.feed import tables

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("case", HARD)
def test_a_hard_feed_comes_out_of_the_tables_as_it_went_in(case):
    put(HARD[case])

    came, went = taken(), read(HARD[case])

    for table in tables():
        assert came.sorted(table) == went.sorted(table), table
    assert came.others == went.others
