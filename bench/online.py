"""`bench online`: requests that come one at a time, answered at once; against cheapest insertion alone.

Each day is dispatched twice by a child at the end of a pipe, which hears of a request when it is asked and
not before: by cheapest insertion alone, and with everything the dispatcher does. The stops it made are judged
here, from the day alone. Shares of 1; a lost request is one refused. ``--instances`` takes dynamic
dial-a-ride instances instead (``online_ddarp``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from statistics import fmean, quantiles
from typing import Any

from bench import online_ddarp, online_demand
from bench.online_pipe import Child

Tell = Callable[[str], None]

LOADS = (200, 300)
TICK_S = 60.0
INSERTION = {
    "rescue_steps": 0,
    "improve_steps": 0,
    "relocate": False,
    "commit_s": 1e9,
    "last_moment": False,
}
"""Cheapest insertion alone; a vehicle goes on to its next stop as soon as it can."""
DISPATCHER = {"rescue_steps": 1200, "improve_steps": 150}


@dataclass(frozen=True, slots=True)
class Outcome:
    """One day by one policy."""

    asked: int
    served: int
    metres: float
    broken: list[str]
    wait_s: list[float]
    decide_ms: list[float]
    cpu_s: float


def run(tell: Tell, options: Mapping[str, Any]) -> dict[str, Any]:
    """The figures; raises CommandError for a folder without instances."""
    if options["instances"]:
        return online_ddarp.run(tell, options)
    jobs = [
        (load, seed, name)
        for load in LOADS
        for seed in range(1, options["online_seeds"] + 1)
        for name in ("insertion", "dispatcher")
    ]
    with Child() as first, Child() as second:
        children = [first, second]

        def work(number: int) -> list[Outcome]:
            """Every other job, so that each child has as many of each kind."""
            return [dispatched(children[number], *job) for job in _every_other(jobs, number)]

        with ThreadPoolExecutor(2) as pool:
            halves = list(pool.map(work, range(2)))
    outcomes: dict[Job, Outcome] = {}
    for number, half in enumerate(halves):
        outcomes.update(zip(_every_other(jobs, number), half, strict=True))
    return _figures(tell, outcomes)


Job = tuple[int, int, str]


def _every_other(jobs: list[Job], number: int) -> list[Job]:
    """Days shared out in turns, both policies of a day to the same child."""
    return [job for at, job in enumerate(jobs) if at // 2 % 2 == number]


def dispatched(child: Child, load: int, seed: int, name: str) -> Outcome:
    """One day, request by request, with a tick every minute."""
    day = online_demand.day(seed, load)
    policy = {**(INSERTION if name == "insertion" else DISPATCHER), "seed": seed}
    child.say({"begin": _begin(day, policy)})
    accepted: set[str] = set()
    spent = []
    tick_s = TICK_S
    for trip in day.trips:
        while tick_s <= trip.asked_s:
            child.say({"tick": tick_s})
            tick_s += TICK_S
        said = child.say({"ask": _wish(trip), "at_s": trip.asked_s})
        spent.append(said["cpu_s"] * 1000)
        if said["accepted"]:
            accepted.add(trip.id)
    while tick_s <= online_demand.DAY_S + 4 * 3600:
        child.say({"tick": tick_s})
        tick_s += TICK_S
    end = child.say({"end": tick_s})
    return _judged(day, accepted, end, spent)


def _begin(day: online_demand.Day, policy: dict[str, Any]) -> dict[str, Any]:
    return {
        "starts": day.starts,
        "speed_m_s": online_demand.SPEED_M_S,
        "cars": [
            {"id": f"v{number}", "capacities": [online_demand.SEATS], "start_place": number}
            for number in range(len(day.starts))
        ],
        "policy": policy,
    }


def _wish(trip: online_demand.Trip) -> dict[str, Any]:
    return {
        "id": trip.id,
        "party": [trip.party],
        "origin": trip.origin,
        "destination": trip.destination,
        "pickup_from_s": trip.pickup_from_s,
        "pickup_until_s": trip.pickup_until_s,
        "max_ride_s": trip.max_ride_s,
    }


def _judged(
    day: online_demand.Day, accepted: set[str], end: dict[str, Any], spent: list[float]
) -> Outcome:
    made = [online_demand.Made(**stop) for stop in end["made"]]
    broken = online_demand.broken(day, accepted, made)
    wanted = {trip.id: trip.pickup_from_s for trip in day.trips}
    return Outcome(
        asked=len(day.trips),
        served=len(accepted),
        metres=sum(end["metres"].values()),
        broken=broken,
        wait_s=[stop.at_s - wanted[stop.trip] for stop in made if stop.boards],
        decide_ms=spent,
        cpu_s=end["cpu_s"],
    )


def _figures(tell: Tell, outcomes: dict[Job, Outcome]) -> dict[str, Any]:
    figures: dict[str, Any] = {"lost_ratio": 0.0, "km_ratio": 0.0}
    for load in LOADS:
        plain = [
            got for (size, _, name), got in outcomes.items() if (size, name) == (load, "insertion")
        ]
        ours = [
            got for (size, _, name), got in outcomes.items() if (size, name) == (load, "dispatcher")
        ]
        for name, days in (("insertion", plain), ("dispatcher", ours)):
            figures[f"{name}_served_{load}"] = _served(days)
            tell(_words(load, name, days))
        lost = (1 - _served(ours)) / max(1e-9, 1 - _served(plain))
        figures["lost_ratio"] = max(figures["lost_ratio"], lost)
        figures["km_ratio"] = max(figures["km_ratio"], _km(ours) / _km(plain))
    every = [got for (_, _, name), got in outcomes.items() if name == "dispatcher"]
    figures["broken_promises"] = sum(len(got.broken) for got in outcomes.values())
    for got in outcomes.values():
        for words in got.broken[:3]:
            tell(f"BROKEN {words}")
    figures["decide_p99_ms"] = quantiles([ms for got in every for ms in got.decide_ms], n=100)[98]
    return figures


def _served(days: list[Outcome]) -> float:
    return sum(day.served for day in days) / sum(day.asked for day in days)


def _km(days: list[Outcome]) -> float:
    """Kilometres a served trip."""
    return sum(day.metres for day in days) / 1000 / sum(day.served for day in days)


def _words(load: int, name: str, days: list[Outcome]) -> str:
    each = [day.served / day.asked for day in days]
    wait = fmean([wait for day in days for wait in day.wait_s]) / 60
    return (
        f"{load} requests, {name}: {_served(days):.1%} served ({min(each):.1%} to {max(each):.1%}), "
        f"{_km(days):.2f} km a trip, {wait:.1f} min wait"
    )
