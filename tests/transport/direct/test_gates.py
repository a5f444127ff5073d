"""Who stands at the gate of a boarding point sees who waits and how long."""

from __future__ import annotations

from datetime import datetime, time

import pytest

from bookings.gates.loads import load_of
from tests.transport.direct.test_queue import MIN, arrive, depart
from tests.transport.lines.conftest import DAY
from transport.direct.models import DirectShuttle

pytestmark = pytest.mark.django_db


@pytest.fixture
def eight(region) -> datetime:
    return region.at(DAY, time(8, 30))


def test_a_gate_is_told_the_queue_in_both_languages(shuttle, windows, eight):
    arrive(windows[0], 5, eight)
    depart(shuttle, 3, eight + MIN)

    found = load_of(shuttle.zone, at=eight + 2 * MIN)

    assert found.words["en"].startswith("2 people waiting · leaves in about ")
    assert found.words["zh-hans"].startswith("2 人")
    assert found.at == eight + 2 * MIN


@pytest.mark.parametrize(("waiting", "level"), [(0, 0), (20_000, 3)])
def test_a_longer_wait_is_a_higher_level_and_never_the_highest(
    shuttle, eight, waiting, level
):  # fmt: skip
    DirectShuttle.objects.update(per_hour=3_000)
    depart(shuttle, 50, eight, still_waiting=waiting)

    assert load_of(shuttle.zone, at=eight + MIN).level == level


def test_of_a_queue_of_which_nothing_is_known_nothing_is_told(shuttle, eight):
    assert load_of(shuttle.zone, at=eight) is None


@pytest.mark.parametrize("zone", ["direct:0", "direct:x", "run:1", ""])
def test_other_zones_are_not_its_own(shuttle, windows, eight, zone):
    arrive(windows[0], 1, eight)

    assert load_of(zone, at=eight) is None
