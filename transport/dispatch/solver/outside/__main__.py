"""The child: a problem in, routes out as one line of JSON with the CPU time all of it took."""

from __future__ import annotations

import ctypes
import json
import signal
import sys
import time
from argparse import ArgumentParser

from transport.dispatch.solver import replay
from transport.dispatch.solver.outside import with_pyvrp, with_vroom

SOLVERS = {"pyvrp": with_pyvrp.solve, "vroom": with_vroom.solve}
_PR_SET_PDEATHSIG = 1


def main() -> None:
    """``NAME --cpu-s S --seed N`` with a problem (``replay``) at the standard input."""
    ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    parser = ArgumentParser(prog="transport.dispatch.solver.outside")
    parser.add_argument("name", choices=sorted(SOLVERS))
    parser.add_argument("--cpu-s", type=float, required=True)
    parser.add_argument("--seed", type=int, default=0)
    told = parser.parse_args()
    problem = replay.load_problem(sys.stdin.buffer.read())
    left_s = max(0.0, told.cpu_s - time.process_time())
    routes = SOLVERS[told.name](problem, left_s, told.seed)
    json.dump({"routes": routes, "cpu_s": time.process_time()}, sys.stdout)


main()
