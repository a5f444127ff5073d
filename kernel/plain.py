"""Plain text: what somebody types that is shown to others has no markup in it."""

from __future__ import annotations

import html

import nh3


def plain(text: str) -> str:
    """Text without any markup, however often it was escaped. Pages escape it once more."""
    cleaned = html.unescape(nh3.clean(text, tags=set())).strip()
    return cleaned if cleaned == text else plain(cleaned)
