"""How much a web process does at a time, and for whom places are kept. See docs/adr/0007-overload.md.

No Django here: `up` reads the number of threads.
"""

from __future__ import annotations

from typing import Any

WORKING, WAITING = 32, 16
VITAL_WORKING, VITAL_WAITING = 4, 8
SPARE = 4
"""Threads that are always free to turn somebody away, so that a vital request behind a crowd is
reached at once."""
THREADS = WORKING + WAITING + VITAL_WORKING + VITAL_WAITING + SPARE

VITAL = (
    r"(/(en|zh-hans))?"
    r"/(scan/|ops/|hooks/|o/[^/]+/(pay|paid|state\.json)|healthz|readyz|metrics|livez)"
)
"""Gates, the back office, payments and their news, and whoever watches the site."""


def guarded(application: Any) -> Any:
    """The site behind its guard."""
    from kernel.web.overload import Guard, Places

    return Guard(
        application,
        vital=VITAL,
        places=Places(working=WORKING, waiting=WAITING),
        vital_places=Places(working=VITAL_WORKING, waiting=VITAL_WAITING),
    )
