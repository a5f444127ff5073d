"""Small instances of our own making, in the public formats."""

from __future__ import annotations

import json
from pathlib import Path

DARP = """\
2 3 240 3 30
0 0.0 0.0 0 0 0 240
1 1.0 2.0 3 1 0 1440
2 -4.0 1.5 3 1 40 55
3 2.5 -3.0 3 1 0 1440
4 5.0 5.0 3 -1 60 75
5 0.5 -6.0 3 -1 0 1440
6 -2.0 -2.0 3 -1 110 125
7 0.0 0.0 0 0 0 240
"""
"""Three requests; the last node repeats the depot, as in the sets a and b."""

PR = "\n".join(["2 6 240 3 30", *DARP.splitlines()[1:-1]]) + "\n"
"""The same stops as the set pr has them: stops counted, no second depot."""

LILIM = """\
3\t10\t1
0\t0\t0\t0\t0\t300\t0\t0\t0
1\t3\t4\t5\t0\t200\t10\t0\t3
2\t-3\t4\t4\t0\t200\t10\t0\t4
3\t6\t8\t-5\t0\t250\t10\t1\t0
4\t-6\t8\t-4\t0\t250\t10\t2\t0
"""


def ddarp() -> dict:
    """The first request of DARP and one more, as the dynamic sets have them."""
    place = {"x_coord": 0.0, "y_coord": 0.0}
    about = {
        "number_of_vehicles": 1,
        "vehicle_capacity": 3,
        "max_ride_time": 30,
        "max_route_time": 240,
        "planing_horizon": 1440,
        "depot_location": place,
    }
    stops = [
        {
            "id": number,
            "pickup_location": {"x_coord": 1.0 * number, "y_coord": 2.0},
            "delivery_location": {"x_coord": 5.0, "y_coord": 5.0 * number},
            "pickup_lower_tw": 0,
            "pickup_upper_tw": 1440,
            "pickup_service_time": 3,
            "delivery_lower_tw": 60,
            "delivery_upper_tw": 75,
            "delivery_service_time": 3,
            "load": 1,
            "arrival_time": 10 * number,
        }
        for number in (1, 2)
    ]
    return {"static_info": about, "requests": stops}


def write(folder: Path, name: str, content: str | dict) -> Path:
    """A file of a folder."""
    path = folder / name
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path
