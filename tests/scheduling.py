"""Which tests run in one process, one after the other, where two processes share the tests.

A file is one unit: what its module makes is made once. Some files together are one unit. (Marks of
xdist_group have no effect with pytest 9.2: xdist 3.8 writes them into a name that is read no more.)
"""

from __future__ import annotations

from xdist.scheduler import LoadScopeScheduling

UNITS = {
    "tests/e2e/": "they share one site",
    "tests/faults/": "a site at a time, and nothing beside what is killed",
    "tests/up/": "two cores hold one site",
    "tests/transport/dispatch/": "the solver is compiled on its first use",
    "tests/bench/test_dispatch.py": "tests/transport/dispatch/",
    "tests/bench/test_fleet.py": "tests/transport/dispatch/",
}
"""By the beginning of the path: why, or the unit that it belongs to."""


def unit(nodeid: str) -> str:
    """The unit of a test."""
    path = nodeid.split("::", 1)[0]
    for start, why in UNITS.items():
        if path.startswith(start):
            return why if why in UNITS else start
    return path


class ByUnit(LoadScopeScheduling):  # type: ignore[misc]
    """xdist's scheduler of scopes, whose scopes are our units; the one with most tests begins."""

    def _split_scope(self, nodeid: str) -> str:
        return unit(nodeid)
