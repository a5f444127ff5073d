"""Pickup-and-delivery files of Li & Lim 2001 (and the larger ones of SINTEF in the same format).

First line: vehicles, capacity, speed; then a line a node: number, x, y, demand, window, service,
pickup, delivery. A pickup names its delivery in the last column and 0 in the one before; a delivery
the other way round. Node 0 is the depot. The speed is read over: published solutions take a
distance as its travel time, also in the files that say 0.
"""

from __future__ import annotations

from pathlib import Path

from transport.dispatch.instances.instance import BadInstance, Instance, Node
from transport.dispatch.instances.lines import MOST_LOAD, Line, check_pair, lines_of, numbered

_ROW = "node, x, y, demand, window start, window end, service, pickup, delivery"


def read(path: Path) -> Instance:
    """The instance in a file. Raises BadInstance."""
    head, *rows = lines_of(path)
    head.wants(3, "vehicles, capacity, speed")
    head.real(2, "the speed", least=0)
    nodes = tuple(_node(line) for _, line in numbered(rows))
    requests = tuple(_pairs(rows, nodes))
    if not requests:
        raise BadInstance(f"{path.name}, line {head.number}: no request follows")
    capacity = head.whole(1, "the capacity", most=MOST_LOAD)
    for pickup, _ in requests:
        if nodes[pickup].demand > capacity:
            rows[pickup].refuse(f"its demand exceeds the capacity of {capacity:g}")
    return Instance(
        name=path.stem,
        nodes=nodes,
        requests=requests,
        vehicles=head.whole(0, "the number of vehicles", least=1),
        capacity=capacity,
        start=0,
        end=0,
    )


def _node(line: Line) -> Node:
    line.wants(9, _ROW)
    early, late = line.window(4)
    return Node(
        x=line.real(1, "x"),
        y=line.real(2, "y"),
        demand=line.whole(3, "the demand", least=-MOST_LOAD, most=MOST_LOAD),
        early=early,
        late=late,
        service=line.real(6, "the service time", least=0),
    )


def _pairs(rows: list[Line], nodes: tuple[Node, ...]) -> list[tuple[int, int]]:
    """The requests in the order of their pickups; every node belongs to exactly one."""
    found = []
    for number, line in enumerate(rows):
        pickup, delivery = (
            line.whole(7, "the pickup", most=len(rows) - 1),
            line.whole(8, "the delivery", most=len(rows) - 1),
        )
        if number == 0:
            if pickup or delivery:
                line.refuse("the depot has neither pickup nor delivery")
            continue
        if (pickup == 0) == (delivery == 0):
            line.refuse("a node names either its pickup or its delivery")
        mate = delivery or pickup
        back = rows[mate].whole(7 if delivery else 8, "the partner")
        if back != number or mate == number:
            line.refuse(f"node {mate}, which it names, does not name it back")
        if delivery:
            check_pair(rows[delivery], nodes[number], nodes[delivery])
            found.append((number, delivery))
    return found
