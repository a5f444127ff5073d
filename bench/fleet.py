"""`bench fleet`: the big fleet of shared cars, one decision, and a batch of taxis. No servers, one core.

CPU time is this process's. Compiling is done before anything is timed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.core.management.base import CommandError

Tell = Callable[[str], None]

_MOST_HOURS, _MOST_SEEDS = 48, 100


def run(tell: Tell, options: Mapping[str, Any]) -> dict[str, Any]:
    """All figures; of several seeds the worst of each that has a goal, and each seed's beside.

    Raises CommandError for options that say nothing sensible.
    """
    hours, seeds = options["hours"], options["seeds"]
    if not 0.01 <= hours <= _MOST_HOURS or not 1 <= seeds <= _MOST_SEEDS:
        raise CommandError(f"--hours must be 0.01 to {_MOST_HOURS}, --seeds 1 to {_MOST_SEEDS}")
    if not 100 <= options["an_hour"] <= 100_000:
        raise CommandError("--an-hour must be 100 to 100000 requests")
    # numba takes a second to import, and other benches have no use for it.
    from bench import fleet_batch, fleet_day, fleet_insertion

    tell("compiling")
    fleet_day.warm_up()
    days = []
    for seed in range(1, seeds + 1):
        city = fleet_day.City(an_hour=options["an_hour"])
        tell(f"{city.cars} cars, {city.an_hour:.0f} requests an hour, {hours:g} h, seed {seed}")
        days.append(fleet_day.Day(city, seed, hours * 3600).run().figures())
        tell(", ".join(f"{name} {value}" for name, value in days[-1].items()))
    return {
        **worst(days),
        **fleet_insertion.figures(tell, seed=1),
        **fleet_batch.figures(seed=1),
        "cars": fleet_day.CARS,
        "requests_an_hour": round(options["an_hour"]),
        "hours": hours,
        "seeds": seeds,
    }


def worst(days: list[dict[str, Any]]) -> dict[str, Any]:
    """The least served and the slowest, the longest wait and delay; of everything else the sum or mean."""
    found = {name: min(day[name] for day in days) for name in ("served", "speedup")}
    found |= {name: max(day[name] for day in days) for name in ("wait_min", "delay_min")}
    found |= {name: sum(day[name] for day in days) for name in ("requests", "broken_promises")}
    rest = [name for name in days[0] if name not in found]
    return found | {name: round(sum(day[name] for day in days) / len(days), 1) for name in rest}
