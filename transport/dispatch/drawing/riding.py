"""A plan's routes with their vehicles and, after every stop, who is aboard."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _

from transport.dispatch.drawing.picture import short
from transport.dispatch.solver.model import Kind, Plan, Problem, Request, Route, Vehicle


@dataclass(frozen=True, slots=True)
class Ridden:
    """One vehicle that drives: its number in the picture, and the load of the first dimension.

    ``aboard[0]`` is before the first stop, ``aboard[n]`` after the n-th.
    """

    number: int
    vehicle: Vehicle
    route: Route
    aboard: tuple[int, ...]

    @property
    def capacity(self) -> int:
        return max(self.vehicle.capacities[0], 1)


def ridden(problem: Problem, plan: Plan) -> list[Ridden]:
    """The routes that have stops, those with most stops first.

    Raises ValueError, naming the field, where the plan has what the problem has not.
    """
    if (plan.problem_id, plan.travel_id) != (problem.id, problem.travel.id):
        raise ValueError(_("plan.problem_id, plan.travel_id: the plan is of another problem"))
    vehicles = {vehicle.id: vehicle for vehicle in problem.vehicles}
    requests = {request.id: request for request in problem.requests}
    _check_left_out(plan, requests)
    found, seen = [], set()
    for number, route in enumerate(plan.routes):
        if route.vehicle_id not in vehicles or route.vehicle_id in seen:
            raise ValueError(
                _("plan.routes[%(n)s].vehicle_id: no vehicle %(name)s, or a second route of it")
                % {"n": number, "name": short(route.vehicle_id, 40)}
            )
        seen.add(route.vehicle_id)
        _check(problem, route, f"plan.routes[{number}]", vehicles[route.vehicle_id], requests)
        if route.stops:
            found.append((vehicles[route.vehicle_id], route))
    found.sort(key=lambda pair: -len(pair[1].stops))
    return [
        Ridden(number, vehicle, route, _aboard(vehicle, route, requests))
        for number, (vehicle, route) in enumerate(found)
    ]


def _check_left_out(plan: Plan, requests: dict[str, Request]) -> None:
    for number, name in enumerate(plan.unserved):
        if name not in requests:
            raise ValueError(
                _("plan.unserved[%(n)s]: no request %(name)s")
                % {"n": number, "name": short(name, 40)}
            )


def _check(
    problem: Problem, route: Route, where: str, vehicle: Vehicle, requests: dict[str, Request]
) -> None:
    breaks = {item.id for item in vehicle.breaks}
    before_s = route.depart_s
    for number, stop in enumerate(route.stops):
        here = f"{where}.stops[{number}]"
        if stop.ref not in (breaks if stop.kind is Kind.BREAK else requests):
            raise ValueError(
                _("%(where)s.ref: no such request or break: %(name)s")
                % {"where": here, "name": short(stop.ref, 40)}
            )
        if not 0 <= stop.place < problem.travel.places:
            raise ValueError(_("%(where)s.place: no such place") % {"where": here})
        if not before_s - 1 <= stop.arrive_s <= stop.begin_s + 1 <= stop.depart_s + 2 < 1e10:
            raise ValueError(
                _("%(where)s.arrive_s: times do not follow each other") % {"where": here}
            )
        before_s = stop.depart_s
    if not before_s - 1 <= route.finish_s < 1e10:
        raise ValueError(_("%(where)s.finish_s: times do not follow each other") % {"where": where})


def _aboard(vehicle: Vehicle, route: Route, requests: dict[str, Request]) -> tuple[int, ...]:
    load = sum(requests[item.request_id].party[0] for item in vehicle.on_board)
    loads = [load]
    for stop in route.stops:
        if stop.kind is not Kind.BREAK:
            party = requests[stop.ref].party[0]
            load += party if stop.kind is Kind.PICKUP else -party
        loads.append(load)
    return tuple(loads)
