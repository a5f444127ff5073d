"""A dispatcher in a process of its own: one JSON line in, one out. It knows what it was told until now.

``{"begin": …}`` starts a day, ``{"tick": s}`` lets time pass, ``{"ask": …}`` is a request, ``{"end": s}``
ends the day. Every line is answered before the next is read.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from dataclasses import asdict
from typing import Any

from transport.dispatch.solver.model import Request, Vehicle
from transport.dispatch.solver.online import warming
from transport.dispatch.solver.online.dispatcher import Accepted, Dispatcher, Policy, dispatcher
from transport.dispatch.solver.travel import on_plane


class Day:
    """One day's dispatcher, and how long its answers took (CPU seconds)."""

    def __init__(self, told: dict[str, Any]) -> None:
        starts = told["starts"]
        travel = on_plane(
            "day",
            [point[0] for point in starts],
            [point[1] for point in starts],
            speed_m_s=told["speed_m_s"],
        )
        cars = [Vehicle(**{**car, "capacities": tuple(car["capacities"])}) for car in told["cars"]]
        self.dispatcher: Dispatcher = dispatcher(cars, ("seats",), travel, Policy(**told["policy"]))

    def ask(self, told: dict[str, Any], at_s: float) -> dict[str, Any]:
        """Whether the request is taken."""
        places = self.dispatcher.places
        ends = places.add(*told.pop("origin")), places.add(*told.pop("destination"))
        told["party"] = tuple(told["party"])
        wish = Request(**told, pickup_place=ends[0], dropoff_place=ends[1])
        answer = self.dispatcher.ask(wish, at_s)
        if isinstance(answer, Accepted):
            return {"accepted": True, "rescued": answer.rescued}
        return {"accepted": False, "rule": answer.rule, "party": answer.party}

    def end(self, at_s: float) -> dict[str, Any]:
        """Every stop made, and the metres of each vehicle."""
        self.dispatcher.advance(at_s)
        return {
            "made": [
                {
                    "vehicle": done.vehicle_id,
                    "trip": done.task.ref,
                    "boards": done.task.kind == "pickup",
                    "at_s": done.begin_s,
                }
                for done in self.dispatcher.log
                if done.task.kind != "break"
            ],
            "metres": {id: car.metres for id, car in self.dispatcher.cars.items()},
            "broken": [asdict(item) for item in self.dispatcher.broken],
            "active": len(self.dispatcher.active),
        }


def answer(day: Day | None, told: dict[str, Any]) -> tuple[Day | None, dict[str, Any]]:
    """What one line does."""
    if "begin" in told:
        return Day(told["begin"]), {"ready": True}
    assert day is not None
    if "tick" in told:
        day.dispatcher.improve(told["tick"])
        return day, {}
    if "ask" in told:
        began = time.process_time()
        said = day.ask(told["ask"], told["at_s"])
        return day, {**said, "cpu_s": time.process_time() - began}
    used = resource.getrusage(resource.RUSAGE_SELF)
    return None, {**day.end(told["end"]), "cpu_s": used.ru_utime + used.ru_stime}


def main() -> None:
    """Answer until the pipe is closed; kernels are compiled before the first answer."""
    warming.warm_up()
    day: Day | None = None
    for line in sys.stdin:
        day, said = answer(day, json.loads(line))
        sys.stdout.write(json.dumps(said) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
