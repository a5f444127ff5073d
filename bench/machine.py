"""Where a bench ran, and what else ran there."""

from __future__ import annotations

import os
import platform
import time
from pathlib import Path

_LOOK_S = 0.5
_NOTABLE = 0.05
_TICKS_A_SECOND = os.sysconf("SC_CLK_TCK")


def describe() -> dict[str, object]:
    """Cores, the load before, and the programs that took more than a twentieth of a core then."""
    return {
        "cores": os.cpu_count(),
        "machine": platform.machine(),
        "load_before": round(os.getloadavg()[0], 2),
        "shared_with": ", ".join(_busy()) or "nothing",
    }


def _busy() -> list[str]:
    before = _ticks()
    time.sleep(_LOOK_S)
    shares = [
        ((ticks - before[pid][0]) / _TICKS_A_SECOND / _LOOK_S, name)
        for pid, (ticks, name) in _ticks().items()
        if pid in before and pid != os.getpid()
    ]
    busy = sorted((pair for pair in shares if pair[0] > _NOTABLE), reverse=True)
    return [f"{name} {share:.0%}" for share, name in busy]


def _ticks() -> dict[int, tuple[int, str]]:
    """Processor ticks so far and the name of every process."""
    found = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            head, _paren, tail = path.read_text().rpartition(")")
        except OSError:
            continue
        fields = tail.split()
        found[int(path.parent.name)] = (int(fields[11]) + int(fields[12]), head.partition("(")[2])
    return found
