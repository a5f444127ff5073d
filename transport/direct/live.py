"""The queues in words at every boarding point: for the pages that ask every three seconds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime

from kernel.naming import say
from kernel.places.live import Line
from transport.direct.models import DirectShuttle
from transport.direct.queues import queues_of
from transport.lines import queries as lines


def live_lines(*, at: datetime) -> Iterator[Line]:
    """One line for each queue of which something is known today, at its boarding point."""
    by_region: dict[int, list[DirectShuttle]] = defaultdict(list)
    rows = DirectShuttle.objects.filter(is_on_sale=True, line__is_open=True)
    for shuttle in rows.select_related("line__region", "pattern").order_by("line__slug", "pk"):
        by_region[shuttle.line.region_id].append(shuttle)
    for shuttles in by_region.values():
        stops = lines.stops_of({shuttle.pattern_id for shuttle in shuttles})
        queues = queues_of(shuttles[0].line.region, shuttles, at=at)
        for shuttle in shuttles:
            queue, way = queues[shuttle.pk], stops.get(shuttle.pattern_id, ())
            if queue.is_known and way:
                yield Line(
                    shuttle.line.region_id,
                    way[0].place_id,
                    f"→ {say(way[-1].place.words)}: {queue.words}",
                )
