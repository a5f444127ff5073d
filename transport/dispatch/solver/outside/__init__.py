"""Solvers that one can install, each in a process of its own that can be killed.

PyVRP (MIT) and VROOM (BSD-2) know no limit on a ride, no breaks, nobody on board: ``suits`` says
whether a problem is one for them. ``python -m transport.dispatch.solver.outside NAME`` reads a problem
from its standard input and writes routes; ``children`` starts it and holds it to its deadline.
"""
