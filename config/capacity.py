"""How much a web process does at a time, and for whom places are kept. See docs/adr/0007-overload.md.

No Django here: `up` reads the number of threads.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple


class Limits(NamedTuple):
    """So many requests work at a time, so many more may wait for it, for so long."""

    working: int
    waiting: int
    patience_s: float


VITAL = Limits(4, 96, 3.0)
"""A provider that repeats one notice a hundred times at once is not turned away, even where one process
gets them all. A payment page or a notice is worth more of a wait than an error is: WeChat Pay, the
least patient of the providers, waits five seconds for an answer."""
ORDERS = Limits(40, 48, 1.0)
"""Most of those at work wait for the answer of their round (docs/adr/0009-rounds.md)."""
PAGES = Limits(12, 36, 1.0)
"""A page is work for the interpreter, of which a process has one: forty at once take it away from gates."""
SPARE = 4
"""Threads that are always free to turn somebody away, so that a vital request behind a crowd is
reached at once."""
THREADS = sum(each.working + each.waiting for each in (VITAL, ORDERS, PAGES)) + SPARE

VITAL_PATHS = (
    r"(/(en|zh-hans))?"
    r"/(scan/|gate/|gates/|ops/|hooks/|o/[^/]+/(pay|paid|state\.json)|healthz|readyz|metrics|livez)"
)
"""Gates, the back office, payments and their news, and whoever watches the site."""
TOGETHER = r"(/(en|zh-hans))?/[^/]+/checkout/now/"
"""Orders at once: what a crowd asks for at the same moment."""


def guarded(application: Any) -> Any:
    """The site behind its guard."""
    from kernel.web.company import Company
    from kernel.web.overload import Guard, Places, Share

    shares = {
        "vital": (VITAL_PATHS, VITAL),
        "orders": (TOGETHER, ORDERS),
        "ordinary": ("", PAGES),
    }
    return Guard(
        Company(application, paths=TOGETHER),
        shares=[
            Share(name, re.compile(paths), Places(**limits._asdict()))
            for name, (paths, limits) in shares.items()
        ],
    )
