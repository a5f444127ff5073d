"""The order's page leads to the page of each ride."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.utils.translation import gettext_lazy as _

from bookings.news.pages import LinePage
from bookings.orders.models import Line
from transport.lines.disrupted import PAGE
from transport.lines.offers import KIND
from transport.rides.queries import RIDING


def of_rides(lines: Sequence[Line]) -> Iterable[LinePage]:
    """Each ride that is paid has one; after it, too, for what was left behind."""
    for line in lines:
        if line.kind == KIND and line.state in RIDING:
            yield LinePage(line, PAGE, _("when it leaves, and where the bus is"), lasts=True)
