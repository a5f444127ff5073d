"""`bench gates`: codes at a gate, one function a figure."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from bench import codes_browser, codes_checked, codes_forged, gate_lists, gate_scans

PARTS: tuple[tuple[str, Callable[[dict[str, Any]], dict[str, Any]]], ...] = (
    ("a code checked on the server", codes_checked.figures),
    ("forged and altered codes", codes_forged.figures),
    ("a code checked in a browser", codes_browser.figures),
    ("the list of a gate", gate_lists.figures),
    ("an opening through twenty gates, and fifty gates at work", gate_scans.figures),
)


def run(tell: Callable[[str], None], options: dict[str, Any]) -> dict[str, Any]:
    """Every figure, one after the other."""
    began = time.monotonic()
    figures: dict[str, Any] = {}
    for name, measure in PARTS:
        tell(f"{name} …")
        figures |= measure(options)
    return figures | {"total_s": round(time.monotonic() - began, 1)}
