"""Who waits and how long, for whoever stands at the gate of a boarding point."""

from __future__ import annotations

from bisect import bisect_right
from datetime import datetime

from django.conf import settings
from django.utils import translation

from bookings.gates.loads import Load
from transport.direct.models import DirectShuttle
from transport.direct.posts import read_zone
from transport.direct.queues import queues_of

LEVELS_FROM_MIN = (10, 20, 40)
"""From such waits on a queue is of level 1, 2, 3. Never the highest: nobody is kept out of a queue."""


def load(zone: str, *, at: datetime) -> Load | None:
    """The queue of a boarding point's zone; None where nothing is known of today. Four statements."""
    pk = read_zone(zone)
    shuttle = DirectShuttle.objects.filter(pk=pk).select_related("line__region", "pattern").first()
    if shuttle is None:
        return None
    queue = queues_of(shuttle.line.region, [shuttle], at=at)[shuttle.pk]
    if not queue.is_known:
        return None
    words = {}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            words[language] = queue.words
    return Load(level=bisect_right(LEVELS_FROM_MIN, queue.wait_min or 0), words=words, at=at)
