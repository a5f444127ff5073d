"""The made-up demand is what its sources say, and a small fleet on it keeps every promise."""

from __future__ import annotations

from itertools import islice, pairwise

import numpy as np
import pytest
from django.core.management import CommandError

from bench import fleet, fleet_batch, fleet_day, fleet_demand, fleet_insertion
from bench.fleet_day import City, Day
from bench.fleet_insertion import Cases

pytestmark = pytest.mark.timeout(900)  # kernels are compiled with the first call


@pytest.fixture(scope="module")
def rides():
    return list(islice(fleet_demand.rides(seed=5), 6_000))


def metres(ride):
    return np.hypot(*np.subtract(ride.from_m, ride.to_m)) * fleet_demand.DETOUR


def test_the_demand_has_the_rate_the_length_and_the_parties_that_are_published(rides):
    an_hour = len(rides) / rides[-1].at_s * 3600

    assert an_hour == pytest.approx(fleet_demand.REQUESTS_AN_HOUR, rel=0.05)
    assert np.mean([metres(ride) for ride in rides]) == pytest.approx(3_300, rel=0.05)
    assert min(metres(ride) for ride in rides) >= 400
    assert np.mean([ride.party for ride in rides]) == pytest.approx(1.35, abs=0.04)
    assert {ride.party for ride in rides} == {1, 2, 3, 4}
    assert all(one.at_s < other.at_s for one, other in pairwise(rides))


def test_the_island_has_manhattans_area_and_nine_of_ten_begin_below_96th_street(rides):
    island = fleet_demand.Island()

    assert np.trapezoid(island._width, island._y) == pytest.approx(59.1e6)
    assert np.mean([ride.from_m[1] < 11_300 for ride in rides]) == pytest.approx(0.9, abs=0.03)
    for ride in rides[:500]:
        assert 0 <= ride.from_m[1] <= fleet_demand.LENGTH_M
        width = np.interp(ride.from_m[1], island._y, island._width)
        assert abs(ride.from_m[0]) <= width / 2 + 1e-6


def test_a_seed_gives_the_same_demand_and_another_seed_another(rides):
    assert list(islice(fleet_demand.rides(seed=5), 300)) == rides[:300]
    assert next(fleet_demand.rides(seed=6)) != rides[0]


@pytest.fixture
def short_fill(monkeypatch):
    monkeypatch.setattr(fleet_day, "FILLED_AFTER_S", 300.0)


def small(seed=1, an_hour=500):
    return Day(City(cars=90, an_hour=an_hour), seed, 300.0).run()


@pytest.mark.usefixtures("short_fill")
class TestDay:
    def test_everybody_who_counts_is_served_in_time_or_refused_at_once(self):
        day = small()
        figures = day.figures()

        assert day.asked == len(day.delays_s) + day.refused
        assert len(day.waits_s) == len(day.delays_s)
        assert figures["broken_promises"] == 0
        assert max(day.waits_s) <= fleet_day.MAX_WAIT_S + 1e-6
        assert max(day.delays_s) <= fleet_day.MAX_DELAY_S + 1e-6
        assert min(day.delays_s) >= -1e-6

    def test_the_same_seed_is_the_same_day(self):
        one, other = small().figures(), small().figures()

        assert {**one, "speedup": 0} == {**other, "speedup": 0}

    def test_twice_the_people_ride_together_or_stay(self):
        calm, busy = small(), small(an_hour=2_500)

        assert busy.refused > calm.refused
        assert np.mean(busy.delays_s) > np.mean(calm.delays_s)

    def test_only_what_was_asked_so_far_is_looked_at(self, monkeypatch):
        """The same first minutes whatever comes afterwards."""
        whole = fleet_demand.rides

        def cut(**given):
            for ride in whole(**given):
                if ride.at_s > 200:
                    return
                yield ride

        def first(source):
            monkeypatch.setattr(fleet_demand, "rides", source)
            day, taken = Day(City(cars=60, an_hour=900), 3, 0.0), []
            for ride in day.coming():
                if ride.at_s > 200:
                    break
                taken.append((day.take(ride), day.fleet.routes.stops.tolist()))
            return taken

        assert first(cut) == first(whole)


def test_pruning_is_compared_with_the_full_scan():
    told = []

    found = fleet_insertion.figures(
        told.append, seed=2, cases=(Cases(60, 60, 60), Cases(90, 10, 5))
    )

    assert (found["insert_cases"], found["insert_differences"]) == (65, 0)
    assert found["insert_p99_ms_60"] > 0
    assert found["insert_stops_90"] > 0.3
    assert len(told) == 2


def test_a_difference_would_be_counted(monkeypatch):
    scan = fleet_insertion.insertion.scan

    def elsewhere(*given, **options):
        found = scan(*given, **options)
        return found._replace(vehicle=-7) if found else "nowhere"

    monkeypatch.setattr(fleet_insertion.insertion, "scan", elsewhere)

    found = fleet_insertion.figures(lambda _line: None, seed=2, cases=(Cases(60, 8, 8),))

    assert found["insert_differences"] == 8


def test_a_batch_is_within_its_share_of_the_optimum_and_far_better_than_the_nearest_car():
    found = fleet_batch.figures(seed=1, size=200, batches=2)

    assert 0 <= found["taxi_gap"] <= fleet_batch.WITHIN
    assert found["taxi_to_greedy"] < 0.85
    assert found["taxi_p95_to_greedy"] < 0.7


@pytest.mark.parametrize(
    "wrong", [{"hours": 0}, {"hours": float("nan")}, {"seeds": 0}, {"an_hour": -1}]
)
def test_options_that_say_nothing_sensible_are_refused(wrong):
    with pytest.raises(CommandError):
        fleet.run(print, {"hours": 0.2, "seeds": 1, "an_hour": 16_446, **wrong})


def test_of_several_seeds_the_worst_is_told():
    one = {"served": 0.99, "speedup": 40, "wait_min": 2, "delay_min": 3, "requests": 5}
    other = {"served": 0.97, "speedup": 50, "wait_min": 1, "delay_min": 4, "requests": 6}
    days = [
        {**one, "broken_promises": 0, "idle_at_end": 4},
        {**other, "broken_promises": 1, "idle_at_end": 8},
    ]

    assert fleet.worst(days) == {
        "served": 0.97, "speedup": 40, "wait_min": 2, "delay_min": 4, "requests": 11,
        "broken_promises": 1, "idle_at_end": 6.0,
    }  # fmt: skip
