"""What happens to vehicles in a day, one event after another, each order of events that once went wrong."""

import math

import pytest

from transport.dispatch.solver import schedule, verdict
from transport.dispatch.solver.arrays import of_problem, routes_from
from transport.dispatch.solver.model import FOREVER_S, Break, Kind, Request, Task, Vehicle
from transport.dispatch.solver.online.dispatcher import Accepted, Dispatcher, Policy, dispatcher
from transport.dispatch.solver.rules import Rule
from transport.dispatch.solver.travel import Step, Travel, on_earth, on_plane

LUNCH = Break("lunch", 1000.0, 1100.0, 300.0)


def line(*x: float, steps: tuple[Step, ...] = ()) -> Travel:
    """Places on a road, ten metres a second."""
    return on_plane("line", list(x), [0.0] * len(x), speed_m_s=10.0, steps=steps)


def day(vehicles: list[Vehicle], travel: Travel, **policy) -> Dispatcher:
    calm = {"rescue_steps": 0, "improve_steps": 0, "relocate": False}
    return dispatcher(vehicles, ("seats",), travel, Policy(**{**calm, **policy}))


def wish(id: str, pickup: int, dropoff: int, until: float = FOREVER_S, **more) -> Request:
    return Request(id, (1,), pickup, dropoff, pickup_until_s=until, **more)


def holds(d: Dispatcher) -> bool:
    """Every row keeps every rule, everybody accepted is in exactly one, and nobody waits for a miracle."""
    assert not d.stuck
    problem = d.problem()
    rows = routes_from(problem, d.sequences())
    assert schedule.plan_of(problem, rows).unserved == ()
    return verdict.keeps(of_problem(problem), rows)


class TestBreakdown:
    def test_a_rescue_puts_nobody_in_twice(self):
        road = line(
            0, 1000, 1100, -1200, -1300, -2000, -2100, -2050, -2150, -1900, steps=(Step(1e6, 1.1),)
        )
        d = day(
            [Vehicle("b", (4,), 0), Vehicle("c", (4,), 9)], road, rescue_steps=200, commit_s=5.0
        )
        for request in (
            wish("r3", 1, 2, 700.0, vehicle_id="b"),
            wish("r4", 3, 4, 420.0, vehicle_id="b"),
            wish("r1", 5, 6, 260.0),
            wish("r2", 7, 8, 5000.0),
        ):
            assert isinstance(d.ask(request, 0.0), Accepted)

        d.breakdown("c", 0.0)

        assert sorted(task.ref for task in d.sequences()["b"]) == sorted(
            2 * ["r1", "r2", "r3", "r4"]
        )
        assert holds(d)

    def test_whoever_asked_for_the_vehicle_goes_with_another(self):
        d = day([Vehicle("a", (4,), 0), Vehicle("b", (4,), 0)], line(0, 1000, 1100))
        assert d.ask(wish("r", 1, 2, 3000.0, vehicle_id="a"), 0.0).vehicle_id == "a"

        d.breakdown("a", 1.0)

        assert [task.ref for task in d.sequences()["b"]] == ["r", "r"]
        with pytest.raises(ValueError, match="vehicle_id: 'a' is out of service"):
            d.ask(wish("q", 1, 2, vehicle_id="a"), 2.0)
        assert isinstance(d.ask(wish("q", 1, 2), 2.0), Accepted)


class TestBreaks:
    def before_a_ride(self) -> Dispatcher:
        d = day(
            [Vehicle("a", (4,), 0, breaks=(LUNCH,)), Vehicle("b", (4,), 0)],
            line(0, 1000, 1100),
            last_moment=False,
        )
        d.ask(wish("r", 1, 2, 3000.0, pickup_from_s=2000.0, vehicle_id="a"), 0.0)
        d.advance(10.0)
        assert d.cars["a"].leg.task == Task(Kind.BREAK, "lunch")
        return d

    def test_one_that_is_all_that_is_left_is_taken(self):
        d = self.before_a_ride()

        assert d.cancel("r", 20.0)
        d.advance(2000.0)

        assert d.cars["a"].rested == {"lunch"}
        assert d.broken == []

    def test_one_that_is_late_with_the_vehicle_is_taken_and_named(self):
        d = self.before_a_ride()

        d.delay("a", 3000.0, 20.0)
        d.advance(30.0)
        assert holds(d)
        d.advance(5000.0)

        assert d.cars["a"].rested == {"lunch"}
        assert {(item.rule, item.vehicle_id, item.ref) for item in d.broken} == {
            (Rule.WINDOW, "a", "lunch"),
            (Rule.PROMISE, "a", "r"),
        }

    def test_one_that_was_missed_while_idle_is_taken_late_and_the_vehicle_goes_on(self):
        d = day([Vehicle("a", (4,), 0, breaks=(LUNCH,))], line(0, 1000))

        d.delay("a", 600.0, 900.0)
        d.advance(2000.0)

        assert d.cars["a"].rested == {"lunch"}
        assert [(item.rule, item.ref, item.by_s) for item in d.broken] == [
            (Rule.WINDOW, "lunch", 400.0)
        ]
        assert isinstance(d.ask(wish("x", 1, 0, 9000.0), 3000.0), Accepted)

    def test_an_idle_vehicle_does_not_go_where_it_would_miss_one(self):
        d = day([Vehicle("a", (4,), 0, breaks=(LUNCH,))], line(0, 8000), relocate=True)
        for number in range(12):
            d.ask(wish(f"r{number}", 1, 0, 1.0), 0.0)

        d.improve(700.0)

        assert d.cars["a"].leg is None
        d.improve(1500.0)
        assert d.cars["a"].leg is not None, "after the pause it goes"
        assert d.broken == []


class TestLate:
    def test_a_vehicle_that_waits_at_a_stop_is_late_from_now_on(self):
        d = day([Vehicle("a", (4,), 0)], line(0, 1000, 1100), last_moment=False)
        d.ask(wish("r", 1, 2, 1e4, pickup_from_s=1500.0), 0.0)

        d.delay("a", 900.0, 1400.0)

        assert d.cars["a"].stops[0].begin_s == 2300.0

    def test_a_longer_shift_is_named(self):
        d = day([Vehicle("a", (4,), 0, shift_end_s=1000.0)], line(0, 1000, 2000))
        d.ask(wish("r", 1, 2), 0.0)

        d.delay("a", 2000.0, 150.0)

        finish_s = d.plan()[1].routes[0].finish_s
        assert [(item.rule, item.by_s) for item in d.broken] == [(Rule.SHIFT, finish_s - 1000.0)]

    def test_a_longer_shift_is_named_where_others_are_handed_on(self):
        d = day(
            [Vehicle("a", (4,), 0, shift_end_s=1000.0), Vehicle("b", (4,), 0)],
            line(0, 1000, 2000, 2100, 3000),
        )
        d.ask(wish("r", 1, 2, vehicle_id="a"), 0.0)
        assert d.ask(wish("q", 3, 4, 600.0), 0.0).vehicle_id == "a"

        d.delay("a", 2000.0, 150.0)

        assert [task.ref for task in d.sequences()["b"]] == ["q", "q"]
        assert (Rule.SHIFT, "a") in [(item.rule, item.vehicle_id) for item in d.broken]

    def test_whoever_can_go_after_a_late_pause_does(self):
        d = day([Vehicle("a", (4,), 0, breaks=(LUNCH,))], line(0, 1000, 1100))
        d.ask(wish("r", 1, 2, 1500.0, pickup_from_s=1300.0), 0.0)

        d.delay("a", 1500.0, 5.0)

        assert holds(d)
        assert {(item.rule, item.ref) for item in d.broken} == {
            (Rule.WINDOW, "lunch"),
            (Rule.PROMISE, "r"),
        }
        d.advance(20_000.0)
        assert [stop.task.ref for stop in d.log] == ["lunch", "r", "r"]

    def test_a_pause_may_be_called_as_a_request_is(self):
        d = day(
            [Vehicle("a", (4,), 0, breaks=(LUNCH,)), Vehicle("b", (4,), 0)], line(0, 1000, 1100)
        )
        d.ask(wish("r", 1, 2, vehicle_id="a"), 0.0)

        assert d.ask(wish("lunch", 1, 2, vehicle_id="b"), 0.0).vehicle_id == "b"
        d.delay("a", 5000.0, 1.0)

        assert holds(d)
        assert set(d.active) == {"r", "lunch"}

    def test_a_position_that_was_wrong_is_put_right_by_the_next(self):
        d = day([Vehicle("a", (4,), 0)], line(0, 10_000, 11_000))
        d.ask(wish("r", 1, 2, 1e5), 0.0)
        assert d.locate("a", 10.0, 90_000.0, 10.0)
        assert d.cars["a"].stops[0].begin_s == pytest.approx(90_010.0)

        assert d.locate("a", 20.0, 980.0, 20.0)

        assert d.cars["a"].stops[0].begin_s == pytest.approx(1000.0)
        assert d.broken == []

    def test_a_vehicle_that_will_set_out_later_is_asked_from_then_on(self):
        d = day([Vehicle("a", (4,), 0)], line(0, 8000), relocate=True)
        for number in range(12):
            d.ask(wish(f"r{number}", 1, 0, 1.0), 0.0)
        d.improve(10.0)
        assert d.locate("a", 100.0, 2000.0, 100.0)

        assert d.ask(wish("x", 1, 0), 101.0).pickup_s == pytest.approx(2100.0)

    def test_a_position_behind_the_start_of_the_way_makes_it_later(self):
        d = day([Vehicle("a", (4,), 0)], line(0, 10_000, 11_000))
        d.ask(wish("r", 1, 2, 1e5), 0.0)

        assert d.locate("a", 10.0, 2000.0, 10.0)

        assert d.cars["a"].stops[0].begin_s == pytest.approx(2010.0)


class TestUnderWay:
    def test_whoever_drives_to_somebody_who_cancels_turns_off(self):
        d = day([Vehicle("a", (4,), 0)], line(0, 20_000, 2000))
        d.ask(wish("r", 1, 2), 0.0)

        assert d.cancel("r", 10.0)
        d.advance(1e5)

        assert d.cars["a"].metres == pytest.approx(100.0)

    def test_a_position_does_not_end_the_way_to_where_it_may_be_wanted(self):
        d = day([Vehicle("a", (4,), 0)], line(0, 8000), relocate=True)
        for number in range(12):
            d.ask(wish(f"r{number}", 1, 0, 1.0), 0.0)
        d.improve(10.0)

        assert d.locate("a", 100.0, 700.0, 100.0)
        d.advance(5000.0)

        assert d.places.at(d.cars["a"].place) == (8000.0, 0.0)
        assert d.cars["a"].metres == pytest.approx(8000.0)

    @pytest.mark.parametrize("start", [(100.15, 30.2), (100.3, 30.0), (99.9, 30.15)])
    def test_on_the_earth_it_is_on_the_shortest_way(self, start):
        ground = on_earth("earth", [start[0], 100.0, 99.98], [start[1], 30.0, 30.0], speed_m_s=15.0)
        d = day([Vehicle("a", (4,), 0), Vehicle("b", (4,), 2)], ground)
        there_s = d.ask(wish("r", 1, 2, 4000.0, vehicle_id="a"), 0.0).pickup_s
        d.delay("a", 4500.0 - there_s, 10.0)
        late = list(d.broken)

        for quarter in (1, 2, 3):
            d.delay("a", 0.0, 4500.0 - there_s + quarter * there_s / 4)
            assert d.cars["a"].stops[0].begin_s == pytest.approx(4500.0, abs=1e-6)
            assert holds(d)

        assert late
        assert d.broken == late, "a limit that was widened once is wide enough"


@pytest.mark.parametrize("at_s", [math.nan, math.inf, -1.0, 1.76e9])
def test_what_is_no_time_is_refused(at_s):
    d = day([Vehicle("a", (4,), 0)], line(0, 1000, 1100))
    d.ask(wish("r", 1, 2), 0.0)

    with pytest.raises(ValueError, match="now_s"):
        d.advance(at_s)
    with pytest.raises(ValueError, match="left_s"):
        d.locate("a", 0.0, at_s, 0.0)
    assert d.now_s == 0.0


def test_a_place_that_is_not_there_is_never_wanted():
    d = day([Vehicle("a", (4,), 0)], line(0, 1000, 1100), relocate=True)
    for number in range(12):
        with pytest.raises(ValueError, match="pickup_place"):
            d.ask(wish(f"r{number}", 99, 2), 0.0)

    d.improve(1.0)

    assert d.demand == []
