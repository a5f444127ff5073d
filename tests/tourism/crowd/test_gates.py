"""Who stands at a gate sees how full the area behind it is."""

from __future__ import annotations

import pytest

from bookings.gates import loads
from tests.factories.tourism import CablewayFactory
from tests.tourism.crowd.conftest import TEN, minutes
from tourism.crowd import operations
from tourism.crowd.models import Watch

pytestmark = pytest.mark.django_db


@pytest.fixture
def seventy(area, watch, walk):
    """Seventy of a hundred are inside."""
    walk(70, TEN - minutes(10))
    operations.recount_all(at=TEN)


def test_a_gate_is_told_the_level_in_both_languages(area, seventy):
    found = loads.load_of(area.zone, at=TEN)

    assert (found.level, found.at) == (2, TEN)
    assert dict(found.words) == {
        "en": "Now: very busy (70 %)", "zh-hans": "当前客流：拥挤（70 %）",
    }  # fmt: skip


def test_a_station_is_told_that_of_its_area(area, seventy):
    lift = CablewayFactory(area=area)

    assert loads.load_of(lift.zone, at=TEN).level == 2


def test_what_a_person_has_counted_is_told_though_nobody_was_scanned(area):
    """Of a cap that was only loaded nothing is said before anybody was counted, in whatever way."""
    Watch.objects.create(area=area, instant_cap=100, source="list of 2020")
    assert loads.load_of(area.zone, at=TEN) is None

    operations.correct(area=area, people=70, reason="By eye", actor="user:1", at=TEN)

    assert loads.load_of(area.zone, at=TEN).level == 2


def test_full_is_the_highest_level(area, watch, walk):
    walk(100, TEN - minutes(10))
    operations.recount_all(at=TEN)

    assert loads.load_of(area.zone, at=TEN).level == loads.MOST


@pytest.mark.parametrize("zone", ["area:0", "desk:3", "run:7", ""])
def test_of_what_nobody_counts_nothing_is_told(zone, watch):
    assert loads.load_of(zone, at=TEN) is None


def test_without_a_cap_nothing_is_told(area):
    Watch.objects.create(area=area)

    assert loads.load_of(area.zone, at=TEN) is None
