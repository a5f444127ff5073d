"""Dynamic dial-a-ride as JSON: the requests of a static file, each with the time it becomes known.

After Berbeglia, Cordeau & Laporte 2012. A pickup's node number is the request's id, a delivery's
the id plus the number of requests, as in the static file; 0 is the depot, at both ends.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from math import isfinite
from pathlib import Path
from typing import Any

from transport.dispatch.instances.instance import MOST_NODES, BadInstance, Instance, Node
from transport.dispatch.instances.lines import MOST_LOAD, text_of

_LARGEST = 1e9


class _Fields:
    """Values of one JSON object, each of the kind that is wanted, or a refusal with its path."""

    def __init__(self, file: str, where: str, values: object) -> None:
        if not isinstance(values, Mapping):
            raise BadInstance(f"{file}: {where or 'the file'} is no object")
        self.file, self.where, self.values = file, where, values

    def refuse(self, key: str, why: str) -> BadInstance:
        path = f"{self.where}.{key}" if self.where else key
        return BadInstance(f"{self.file}: {path} {why}")

    def value(self, key: str) -> Any:
        if key not in self.values:
            raise self.refuse(key, "is missing")
        return self.values[key]

    def real(self, key: str, *, least: float = -_LARGEST) -> float:
        value = self.value(key)
        if isinstance(value, bool) or not isinstance(value, int | float) or not isfinite(value):
            raise self.refuse(key, "is not a number")
        if not least <= value <= _LARGEST:
            raise self.refuse(key, f"is not within {least:g} and {_LARGEST:g}")
        return float(value)

    def whole(self, key: str, *, least: int = 1, most: int = MOST_NODES) -> int:
        value = self.real(key, least=least)
        if value != int(value) or value > most:
            raise self.refuse(key, f"is not a whole number from {least} to {most}")
        return int(value)

    def within(self, key: str) -> _Fields:
        return _Fields(self.file, f"{self.where}.{key}" if self.where else key, self.value(key))


def read(path: Path) -> Instance:
    """The instance in a file. Raises BadInstance, naming the field."""
    top = _Fields(path.name, "", _loaded(path))
    about, rows = top.within("static_info"), top.value("requests")
    if not isinstance(rows, list) or not 1 <= len(rows) <= MOST_NODES // 2 - 1:
        raise top.refuse("requests", f"is not a list of 1 to {MOST_NODES // 2 - 1}")
    requests = [_Fields(path.name, f"requests[{i}]", row) for i, row in enumerate(rows)]
    for number, request in enumerate(requests, start=1):
        if request.whole("id") != number:
            raise request.refuse("id", f"should be {number}")
    capacity, horizon = (
        about.whole("vehicle_capacity", most=MOST_LOAD),
        about.real("planing_horizon"),
    )
    return Instance(
        name=path.stem,
        nodes=_nodes(about, requests, horizon, capacity),
        requests=tuple((i, i + len(requests)) for i in range(1, len(requests) + 1)),
        vehicles=about.whole("number_of_vehicles"),
        capacity=capacity,
        start=0,
        end=0,
        max_duration=about.real("max_route_time", least=0),
        max_ride=about.real("max_ride_time", least=0),
        arrivals=tuple(request.real("arrival_time") for request in requests),
    )


def _loaded(path: Path) -> object:
    try:
        return json.loads(text_of(path))
    except json.JSONDecodeError as error:
        raise BadInstance(f"{path.name}, line {error.lineno}: {error.msg}") from error
    except RecursionError as error:
        raise BadInstance(f"{path.name}: nested too deeply") from error


def _nodes(
    about: _Fields, requests: list[_Fields], horizon: float, capacity: int
) -> tuple[Node, ...]:
    place = about.within("depot_location")
    depot = Node(place.real("x_coord"), place.real("y_coord"), 0, 0.0, horizon, 0.0)
    loads = [request.whole("load", most=MOST_LOAD) for request in requests]
    for request, load in zip(requests, loads, strict=True):
        if load > capacity:
            raise request.refuse("load", f"exceeds the capacity of {capacity:g}")
    pickups = [_stop(row, "pickup", load) for row, load in zip(requests, loads, strict=True)]
    deliveries = [_stop(row, "delivery", -load) for row, load in zip(requests, loads, strict=True)]
    return (depot, *pickups, *deliveries)


def _stop(row: _Fields, end: str, load: int) -> Node:
    place = row.within(f"{end}_location")
    early, late = row.real(f"{end}_lower_tw", least=0), row.real(f"{end}_upper_tw", least=0)
    if late < early:
        raise row.refuse(f"{end}_upper_tw", "is before the window's start")
    service = row.real(f"{end}_service_time", least=0)
    return Node(place.real("x_coord"), place.real("y_coord"), load, early, late, service)
