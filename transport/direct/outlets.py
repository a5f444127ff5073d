"""The pages on which a line is sold by time, for the line's own page."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _

from transport.direct import queries
from transport.lines import queries as lines
from transport.lines.elsewhere import Outlet
from transport.lines.models import ShuttleLine


def outlets(line: ShuttleLine) -> Iterator[Outlet]:
    """One for each way of the line that is on sale. Two statements."""
    shuttles = list(queries.open_shuttles(line.region).filter(line=line))
    stops = lines.stops_of({shuttle.pattern_id for shuttle in shuttles}) if shuttles else {}
    for shuttle in shuttles:
        if way := stops.get(shuttle.pattern_id):
            words = _("to %(towards)s") % {"towards": way[-1].place.name}
            yield Outlet(words, reverse("direct:detail", args=[line.region.slug, shuttle.slug]))
