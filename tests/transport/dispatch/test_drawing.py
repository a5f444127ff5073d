"""A plan as a picture: what it shows, in which language, and what it says to files that are none."""

from __future__ import annotations

import dataclasses
from xml.etree import ElementTree as ET

import numpy as np
import pytest
from django.core.management import CommandError, call_command
from django.utils import translation

from transport.dispatch import drawing
from transport.dispatch.drawing import ground, hours, loads, riding, timeline
from transport.dispatch.solver import replay, timetable, travel
from transport.dispatch.solver.model import (
    Break,
    Kind,
    OnBoard,
    Plan,
    Problem,
    Request,
    Task,
    Vehicle,
)

pytestmark = pytest.mark.timeout(900)  # kernels are compiled with the first call

SVG = "{http://www.w3.org/2000/svg}"


def problem(*, roads=None, names=("a", "b", "c"), vehicles=("V1", "V2"), epoch=""):
    """Rides of 100 s one after the other along a line; somebody is in V1 already."""
    roads = roads or travel.on_plane("t", [0, 1000, 2000, 3000], [0, 0, 0, 1000], speed_m_s=10)
    pause = Break("lunch", 0, 5000, 600, required=False)
    cars = tuple(
        Vehicle(
            name, (4,), 0, breaks=(pause,) if not number else (),
            on_board=(OnBoard("seated", -50),) if not number else (),
        )
        for number, name in enumerate(vehicles)
    )  # fmt: skip
    requests = (
        Request("seated", (2,), 0, 1),
        *(
            Request(name, (1,), 1, 2, pickup_from_s=100.0 * number)
            for number, name in enumerate(names)
        ),
    )
    return Problem("day", ("seats",), cars, requests, roads, epoch=epoch)


def planned(case, first, *, left=("c",)):
    tasks = {
        case.vehicles[0].id: [
            Task(Kind.DROPOFF, "seated"), Task(Kind.PICKUP, first), Task(Kind.BREAK, "lunch"),
            Task(Kind.DROPOFF, first),
        ],
        case.vehicles[1].id: [Task(Kind.PICKUP, "b"), Task(Kind.DROPOFF, "b")],
    }  # fmt: skip
    return timetable.plan(case, tasks, left)


def example():
    case = problem()
    return case, planned(case, "a")


def words(svg, kind="text"):
    return [each.text for each in ET.fromstring(svg).iter(f"{SVG}{kind}")]  # noqa: S314 - ours


def test_it_shows_vehicles_requests_and_who_is_left_out():
    with translation.override("en"):
        shown = words(drawing.draw(*example()))

    assert "Plan of day" in shown
    assert "2 of 2 vehicles drive · 3 of 4 requests carried · 4.0 km" in shown
    assert "Left out: c" in shown
    assert {"V1", "V2", "a", "b", "seated", "break", "Load over time", "people aboard"} <= set(
        shown
    )


def test_labels_are_in_the_active_language():
    with translation.override("zh-hans"):
        shown = words(drawing.draw(*example()))

    assert {"运力随时间", "车上人数", "休息"} & set(shown)
    assert not {"Load over time", "people aboard", "break"} & set(shown)


def test_the_same_plan_is_the_same_picture():
    assert drawing.draw(*example()) == drawing.draw(*example())


def test_the_load_is_counted_to_the_second():
    routes = riding.ridden(*example())

    assert [each.aboard for each in routes] == [(2, 0, 1, 1, 0), (0, 1, 0)]
    assert loads.aboard(routes) == [(0.0, 2), (100.0, 2), (200.0, 1), (800.0, 0)]
    assert loads.moving(routes) == [(0.0, 2), (100.0, 1), (200.0, 0), (700.0, 1), (800.0, 0)]


def test_times_are_of_the_calendar_where_there_is_one():
    case = problem(epoch="2026-10-22T00:30:00+00:00")
    axis = hours.hours(case, planned(case, "a"), left=0, right=100)

    assert axis.clock(0) == "08:30"
    assert dataclasses.replace(axis, epoch=None).clock(5400) == "1:30"
    assert axis.ticks() == [float(at) for at in range(0, 801, 300)]


@pytest.mark.parametrize("epoch", ["soon", "9999-12-31T23:59:59+00:00", ""])
def test_a_date_that_is_none_counts_hours(epoch):
    case = problem(epoch=epoch)

    assert hours.hours(case, planned(case, "a"), left=0, right=100).clock(3600) == "1:00"


def test_a_matrix_is_laid_out_by_its_distances():
    points = np.random.default_rng(3).uniform(0, 5000, (12, 2))
    metres = np.linalg.norm(points[:, None] - points[None], axis=2)
    case = problem(roads=travel.by_matrix("t", metres / 10, metres))

    found = ground.ground(case, range(12))

    laid = np.array([found.metres[place] for place in range(12)])
    assert found.is_guessed
    assert np.allclose(np.linalg.norm(laid[:, None] - laid[None], axis=2), metres, atol=1e-3)


def test_the_earth_is_flat_and_true_to_scale():
    roads = travel.on_earth(
        "t", [118.0, 118.1, 118.0, 118.2], [30, 30, 30.1, 30.05], speed_m_s=9, detour=1
    )
    case = problem(roads=roads)

    laid = ground.ground(case, range(4)).metres

    straight = np.hypot(laid[0][0] - laid[1][0], laid[0][1] - laid[1][1])
    assert straight == pytest.approx(roads.metres_between(0, 1), rel=2e-3)
    assert laid[2][1] > laid[0][1]


def test_what_somebody_called_a_vehicle_stays_text():
    evil = "</text><script>alert(1)</script>\x00\x1b"
    case = problem(names=(evil, "b", "c"), vehicles=(evil, "V2"))

    svg = drawing.draw(case, planned(case, evil))

    assert "<script" not in svg
    assert evil.replace("\x00", "\ufffd").replace("\x1b", "\ufffd") in words(svg, "title")


def test_of_a_large_fleet_the_busiest_vehicles_have_rows():
    case = problem(vehicles=[f"V{n}" for n in range(60)], names=[f"r{n}" for n in range(60)])
    tasks = {
        f"V{n}": [Task(Kind.PICKUP, f"r{n}"), Task(Kind.DROPOFF, f"r{n}")] for n in range(1, 60)
    }
    tasks["V0"] = [Task(Kind.DROPOFF, "seated"), Task(Kind.PICKUP, "r0"), Task(Kind.DROPOFF, "r0")]

    with translation.override("en"):
        shown = words(drawing.draw(case, timetable.plan(case, tasks)))

    assert (
        sum(word.startswith("V") for word in shown if word) - shown.count("Vehicles over time")
        == timeline.MOST_ROWS
    )
    assert "20 more vehicles with fewer stops" in shown


def test_an_empty_plan_is_a_picture_too():
    case = problem(vehicles=("V1", "V2"))
    idle = dataclasses.replace(
        case, vehicles=tuple(dataclasses.replace(car, on_board=()) for car in case.vehicles)
    )
    nobody = Plan("day", "t", (), tuple(each.id for each in case.requests))

    with translation.override("en"):
        assert "No vehicle drives" in words(drawing.draw(idle, nobody))


def changed(plan, **stop):
    route = plan.routes[0]
    stops = (dataclasses.replace(route.stops[0], **stop), *route.stops[1:])
    return dataclasses.replace(
        plan, routes=(dataclasses.replace(route, stops=stops), *plan.routes[1:])
    )


@pytest.mark.parametrize(
    ("spoil", "field"),
    [
        (lambda plan: dataclasses.replace(plan, problem_id="other"), "plan.problem_id"),
        (lambda plan: dataclasses.replace(plan, unserved=("x",)), r"plan.unserved\[0\]"),
        (
            lambda plan: dataclasses.replace(plan, routes=plan.routes[:1] * 2),
            r"plan.routes\[1\].vehicle_id",
        ),
        (lambda plan: changed(plan, ref="x"), r"plan.routes\[0\].stops\[0\].ref"),
        (lambda plan: changed(plan, place=99), r"plan.routes\[0\].stops\[0\].place"),
        (lambda plan: changed(plan, place=-1), r"plan.routes\[0\].stops\[0\].place"),
        (lambda plan: changed(plan, begin_s=float("nan")), r"plan.routes\[0\].stops\[0\].arrive_s"),
        (lambda plan: changed(plan, depart_s=1e300), r"plan.routes\[0\].stops\[0\].arrive_s"),
    ],
)
def test_a_plan_of_something_else_is_refused_with_its_field(spoil, field):
    case, plan = example()

    with translation.override("en"), pytest.raises(ValueError, match=f"^{field}"):
        drawing.draw(case, spoil(plan))


class TestCommand:
    def file(self, tmp_path, raw):
        path = tmp_path / "problem.json"
        path.write_bytes(raw)
        return path

    def test_it_writes_the_picture_beside_the_problem(self, tmp_path):
        case, plan = example()
        path = self.file(tmp_path, replay.dump(case, plan))

        call_command("dispatch", "draw", str(path), "--lang", "en")

        with translation.override("en"):
            assert (tmp_path / "problem.svg").read_text() == drawing.draw(case, plan)

    def test_a_problem_without_a_plan_is_planned_first(self, tmp_path):
        case, _plan = example()
        path = self.file(tmp_path, replay.dump(case))

        call_command(
            "dispatch", "draw", str(path), "--lang", "en", "--out", str(tmp_path / "x.svg")
        )

        shown = words((tmp_path / "x.svg").read_text())
        assert any("4 of 4 requests carried" in (word or "") for word in shown)

    @pytest.mark.parametrize(
        ("raw", "told"),
        [
            (b"{", "is not JSON"),
            (b"[]", "file"),
            (b'{"format": "quanyu.dispatch/1"}', "problem: is missing"),
            (b'{"format": "else"}', "format"),
            (b'{"format": "quanyu.dispatch/1", "problem": {"id": 7}}', "problem"),
            (b"\xff\xfe\x00", "is not JSON"),
        ],
    )
    def test_what_is_no_problem_is_told_and_nothing_is_written(self, tmp_path, raw, told):
        path = self.file(tmp_path, raw)

        with pytest.raises(CommandError, match=told):
            call_command("dispatch", "draw", str(path))

        assert list(tmp_path.iterdir()) == [path]

    def test_a_file_that_is_not_there_is_told(self, tmp_path):
        with pytest.raises(CommandError, match="No such file"):
            call_command("dispatch", "draw", str(tmp_path / "none.json"))

    @pytest.mark.parametrize("cpu_s", ["0", "nan", "-1", "1e9"])
    def test_a_budget_that_is_none_is_told(self, tmp_path, cpu_s):
        path = self.file(tmp_path, replay.dump(example()[0]))

        with pytest.raises(CommandError, match="cpu-seconds"):
            call_command("dispatch", "draw", str(path), "--cpu-seconds", cpu_s)
