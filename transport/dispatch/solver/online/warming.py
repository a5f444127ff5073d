"""Every kernel of online dispatching, compiled or read from its cache, before anybody waits for an answer."""

from __future__ import annotations

from transport.dispatch.solver.model import Request, Vehicle
from transport.dispatch.solver.online.dispatcher import Policy, dispatcher
from transport.dispatch.solver.travel import on_plane


def warm_up() -> None:
    """Play a day of three requests: one taken, one improved, one refused after a rescue."""
    travel = on_plane("warm", [0.0, 1000.0, 2000.0], [0.0, 0.0, 500.0], speed_m_s=10.0)
    day = dispatcher(
        [Vehicle("v", (2,), 0)], ("seats",), travel, Policy(rescue_steps=4, improve_steps=4)
    )
    day.ask(Request("a", (1,), 1, 2, pickup_until_s=600.0), 0.0)
    day.ask(Request("b", (1,), 2, 1, pickup_until_s=900.0, max_ride_s=900.0), 1.0)
    day.improve(2.0)
    day.ask(Request("c", (3,), 1, 2, pickup_until_s=600.0), 3.0)
