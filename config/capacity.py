"""How much a web process does at a time, and for whom places are kept. See docs/adr/0007-overload.md.

No Django here: `up` reads the number of threads.
"""

from __future__ import annotations

from typing import Any

WORKING, WAITING = 40, 48
VITAL_WORKING, VITAL_WAITING = 4, 64
SPARE = 4
"""Threads that are always free to turn somebody away, so that a vital request behind a crowd is
reached at once."""
THREADS = WORKING + WAITING + VITAL_WORKING + VITAL_WAITING + SPARE

VITAL = (
    r"(/(en|zh-hans))?"
    r"/(scan/|gate/|gates/|ops/|hooks/|o/[^/]+/(pay|paid|state\.json)|healthz|readyz|metrics|livez)"
)
"""Gates, the back office, payments and their news, and whoever watches the site."""


TOGETHER = r"(/(en|zh-hans))?/[^/]+/checkout/now/"
"""Orders at once: what a crowd asks for at the same moment."""


def guarded(application: Any) -> Any:
    """The site behind its guard."""
    from kernel.web.company import Company
    from kernel.web.overload import Guard, Places

    return Guard(
        Company(application, paths=TOGETHER),
        vital=VITAL,
        places=Places(working=WORKING, waiting=WAITING),
        vital_places=Places(working=VITAL_WORKING, waiting=VITAL_WAITING),
    )
