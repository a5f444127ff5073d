"""How full an area is, for those who stand at its gates and at the stations of its cableways."""

from __future__ import annotations

from datetime import datetime

from django.conf import settings
from django.utils import translation

from bookings.gates.loads import Load
from tourism.areas.posts import read_zone
from tourism.crowd import queries
from tourism.crowd.lines import is_counted, load_words
from tourism.crowd.models import Watch


def load(zone: str, *, at: datetime) -> Load | None:
    """The level of the area that a zone belongs to; None where no cap is set. Five statements."""
    kind, pk = read_zone(zone)
    by = {"area": "area_id", "lift": "area__cableways"}.get(kind)
    if by is None:
        return None
    watches = Watch.objects.filter(instant_cap__isnull=False).select_related("standing")
    watch = watches.filter(**{by: pk}).first()
    if watch is None:
        return None
    here = queries.inside([watch.area_id], at=at)[watch.area_id]
    if not is_counted(here):
        return None
    level = queries.level_of(here, watch)
    words = {}
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            words[language] = load_words(here, level)
    return Load(level=level, words=words, at=at)
