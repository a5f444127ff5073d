"""Dial-a-ride files: Cordeau 2006, Ropke, Cordeau & Laporte 2007 (a, b), Cordeau & Laporte 2003 (pr).

First line: vehicles, n, longest route, capacity, longest ride; then a line a node: number, x, y,
service, load, window. In the a and b sets n counts requests and a last node repeats the depot as
the end (2n + 2 nodes); in the pr set n counts stops and routes end where they start (n + 1 nodes).
The first half of the stops are pickups, the second half their deliveries in the same order.
"""

from __future__ import annotations

from pathlib import Path

from transport.dispatch.instances.instance import Instance, Node
from transport.dispatch.instances.lines import MOST_LOAD, Line, check_pair, lines_of, numbered

_HEAD = "vehicles, requests, longest route, capacity, longest ride"
_ROW = "node, x, y, service, load, window start, window end"


def read(path: Path) -> Instance:
    """The instance in a file. Raises BadInstance."""
    head, *rows = lines_of(path)
    head.wants(5, _HEAD)
    requests, end = _shape(head, rows)
    nodes = tuple(_node(line) for _, line in numbered(rows))
    for depot in {0, end}:
        if nodes[depot].demand:
            rows[depot].refuse("the depot must have no load")
    capacity = head.whole(3, "the capacity", most=MOST_LOAD)
    for pickup in range(1, requests + 1):
        delivery = pickup + requests
        check_pair(rows[delivery], nodes[pickup], nodes[delivery])
        if nodes[pickup].demand > capacity:
            rows[pickup].refuse(f"its load exceeds the capacity of {capacity:g}")
    return Instance(
        name=path.stem,
        nodes=nodes,
        requests=tuple((i, i + requests) for i in range(1, requests + 1)),
        vehicles=head.whole(0, "the number of vehicles", least=1),
        capacity=capacity,
        start=0,
        end=end,
        max_duration=head.real(2, "the longest route", least=0),
        max_ride=head.real(4, "the longest ride", least=0),
    )


def _shape(head: Line, rows: list[Line]) -> tuple[int, int]:
    """How many requests, and the node where routes end. Raises BadInstance."""
    counted = head.whole(1, "the number of requests", least=1)
    if len(rows) == 2 * counted + 2:
        return counted, 2 * counted + 1
    if len(rows) == counted + 1 and counted % 2 == 0:
        return counted // 2, 0
    raise (rows[-1] if rows else head).refusal(
        f"the file has {len(rows)} nodes; {counted} requests need {2 * counted + 2}, "
        f"{counted} stops {counted + 1}"
    )


def _node(line: Line) -> Node:
    line.wants(7, _ROW)
    early, late = line.window(5)
    return Node(
        x=line.real(1, "x"),
        y=line.real(2, "y"),
        service=line.real(3, "the service time", least=0),
        demand=line.whole(4, "the load", least=-MOST_LOAD, most=MOST_LOAD),
        early=early,
        late=late,
    )
