"""A batch of taxis: a thousand people, a thousand cars, against the dense optimum and the nearest car."""

from __future__ import annotations

import time
from typing import Any

import numpy as np
from scipy.optimize import linear_sum_assignment

from transport.dispatch.solver.matching import Batch, Matching, match

SIDE_M, SPEED_M_S = 20_000, 12.5
"""A square, as the crow flies at 45 km/h: the setting in which others are quoted."""
WITHIN = 0.01


def figures(*, seed: int, size: int = 1_000, batches: int = 10) -> dict[str, Any]:
    """The worst of some batches: CPU milliseconds, and how much above the optimum; seconds of the way."""
    match(_batch(seed, -1, 50))
    rows = [_measured(_batch(seed, number, size)) for number in range(batches)]
    cpu_ms, gaps, to_greedy, p95_to_greedy = (list(column) for column in zip(*rows, strict=True))
    return {
        "taxi_batch_ms": round(max(cpu_ms), 1),
        "taxi_batch_median_ms": round(float(np.median(cpu_ms)), 1),
        "taxi_gap": round(max(gaps), 5),
        "taxi_to_greedy": round(float(np.mean(to_greedy)), 3),
        "taxi_p95_to_greedy": round(float(np.mean(p95_to_greedy)), 3),
        "taxi_batches": batches,
    }


def _batch(seed: int, number: int, size: int) -> Batch:
    chance = np.random.default_rng([seed, number + 1])
    people_m, cars_m = (chance.uniform(0, SIDE_M, (size, 2)) for _side in range(2))

    def seconds(people: np.ndarray[Any, Any], cars: np.ndarray[Any, Any]) -> Any:
        metres = np.hypot(*(people_m[people] - cars_m[cars]).T)
        return np.ceil(metres / SPEED_M_S).astype(np.int64)

    return Batch(
        people_m, cars_m, [None] * size, [None] * size, lambda _want, _offer: True,
        seconds, 1 / SPEED_M_S,
    )  # fmt: skip


def _measured(batch: Batch) -> tuple[float, float, float, float]:
    began = time.process_time()
    found = match(batch, within=WITHIN)
    cpu_ms = (time.process_time() - began) * 1e3
    size = len(batch.people_m)
    dense = batch.seconds(np.repeat(np.arange(size), size), np.tile(np.arange(size), size))
    dense = dense.reshape(size, size)
    best = int(dense[linear_sum_assignment(dense)].sum())
    ways, nearest = _ways(batch, found), _greedy(dense)
    return (
        cpu_ms,
        found.total_s / best - 1,
        float(ways.mean() / nearest.mean()),
        float(np.percentile(ways, 95) / np.percentile(nearest, 95)),
    )


def _ways(batch: Batch, found: Matching) -> np.ndarray[Any, Any]:
    people = np.flatnonzero(found.car_of >= 0)
    return np.asarray(batch.seconds(people, found.car_of[people]))


def _greedy(dense: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Whoever comes first gets the nearest car that is left."""
    left = dense.astype(np.float64)
    ways = []
    for person in range(len(left)):
        car = int(left[person].argmin())
        ways.append(left[person, car])
        left[:, car] = np.inf
    return np.array(ways)
