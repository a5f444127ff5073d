"""What a plan costs, in fen: routes by vehicle, and a penalty for each request left out."""

from __future__ import annotations

from itertools import pairwise

from transport.dispatch.solver.model import Kind, Plan, Problem, Route, Vehicle


def of_plan(problem: Problem, plan: Plan) -> float:
    """Routes and penalties together; KeyError for what the problem does not have."""
    vehicles = {vehicle.id: vehicle for vehicle in problem.vehicles}
    penalties = {request.id: request.penalty for request in problem.requests}
    driven = sum(of_route(problem, vehicles[route.vehicle_id], route) for route in plan.routes)
    return driven + sum(penalties[ref] for ref in plan.unserved)


def of_route(problem: Problem, vehicle: Vehicle, route: Route) -> float:
    """The vehicle's fixed cost, its metres and its seconds at the wheel; 0 if it carries nobody."""
    if all(stop.kind is Kind.BREAK for stop in route.stops):
        return 0.0
    cost = vehicle.cost
    legs = _legs(vehicle, route)
    driven_s = sum(problem.travel.seconds_between(*leg) for leg in legs)
    return cost.fixed + cost.per_m * route_metres(problem, vehicle, route) + cost.per_s * driven_s


def route_metres(problem: Problem, vehicle: Vehicle, route: Route) -> float:
    """Metres from the start over all stops to the end."""
    return sum(problem.travel.metres_between(*leg) for leg in _legs(vehicle, route))


def _legs(vehicle: Vehicle, route: Route) -> list[tuple[int, int]]:
    """Pairs of places, from the start to the end; none without stops."""
    if not route.stops:
        return []
    places = [vehicle.start_place, *(stop.place for stop in route.stops)]
    if vehicle.end_place is not None:
        places.append(vehicle.end_place)
    return list(pairwise(places))
