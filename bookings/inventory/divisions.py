"""How a bucket is divided among channels, as a picture and in words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from bookings.inventory.models import Channel

_WIDTH = 200
_HEIGHT = 14
_FILLS = {
    Channel.OWN: "#2563eb",
    Channel.PARTNER: "#0f766e",
    Channel.AGENT: "#b45309",
    Channel.COUNTER: "#7e22ce",
    Channel.GROUP: "#be123c",
    Channel.DRAW: "#475569",
}
"""Each at least 3:1 beside white and beside the back office's dark ground; the words say it as well."""


def bar(shares: Sequence[Mapping[str, Any]]) -> SafeString | str:
    """A bar of one piece a channel, as wide as its units, filled as far as it is sold; words beside it.

    ``shares``: channel, capacity, taken, as ``queries.shares_column`` reads them.
    """
    rows = [(Channel(s["channel"]), s["capacity"], s["taken"]) for s in shares]
    total = sum(capacity for _channel, capacity, _taken in rows)
    if not total:
        return "–"
    words = " · ".join(
        _("%(channel)s %(taken)s of %(capacity)s")
        % {"channel": channel.label, "taken": taken, "capacity": capacity}
        for channel, capacity, taken in rows
        if capacity
    )
    return format_html(
        '<svg width="{}" height="{}" aria-hidden="true" focusable="false">{}</svg><br>{}',
        _WIDTH, _HEIGHT, _pieces(rows, total), words,
    )  # fmt: skip


def _pieces(rows: Sequence[tuple[Channel, int, int]], total: int) -> SafeString:
    """Faint as far as it goes, full as far as it is sold, a gap of one unit of length between two."""
    pieces: list[tuple[int, int, int, str, str]] = []
    before = 0
    for channel, capacity, taken in rows:
        left, right = _WIDTH * before // total, _WIDTH * (before + capacity) // total
        width = max(right - left - 1, 0)
        sold = width * taken // capacity if capacity else 0
        pieces.append((left, width, _HEIGHT, _FILLS[channel], "0.35"))
        pieces.append((left, sold, _HEIGHT, _FILLS[channel], "1"))
        before += capacity
    return format_html_join(
        "", '<rect x="{}" y="0" width="{}" height="{}" fill="{}" fill-opacity="{}"/>', pieces
    )
