"""Which tests run in one process, one after the other, where two processes share the tests.

A file is one unit: what its module makes is made once. Some files together are one unit. (Marks of
xdist_group have no effect with pytest 9.2: xdist 3.8 writes them into a name that is read no more.)
"""

from __future__ import annotations

from xdist.scheduler import LoadScopeScheduling

UNITS = {
    "tests/e2e/": "site",  # two cores hold one site
    "tests/faults/": "site",
    "tests/up/": "site",
    "tests/transport/dispatch/": "solver",  # compiled on its first use
    "tests/bench/test_dispatch.py": "solver",
    "tests/bench/test_fleet.py": "solver",
}
"""The unit by the beginning of the path."""


def unit(nodeid: str) -> str:
    """The unit of a test."""
    path = nodeid.split("::", 1)[0]
    return next((name for start, name in UNITS.items() if path.startswith(start)), path)


class ByUnit(LoadScopeScheduling):  # type: ignore[misc]
    """xdist's scheduler of scopes, whose scopes are our units; the one with most tests begins."""

    def _split_scope(self, nodeid: str) -> str:
        return unit(nodeid)
