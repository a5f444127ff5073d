"""A day's plan in words: when, what, where, the way there, and what to have with one."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlencode

from django.utils import translation
from django.utils.translation import gettext as _

from kernel.moments import time_words
from kernel.naming import EN, ZH, say
from kernel.places.models import Place

_MAP = "https://uri.amap.com/marker"
"""Opens the phone's own map, or a page (高德地图 URI API: position is longitude,latitude)."""


@dataclass(frozen=True, slots=True)
class Stop:
    """One thing of the day; ``starts_at`` on the place's clock."""

    starts_at: datetime
    title: Mapping[str, str]
    subtitle: Mapping[str, str] = field(default_factory=dict)
    place: Place | None = None
    bring: Sequence[Mapping[str, str]] = ()

    @property
    def where(self) -> Mapping[str, str]:
        """The place's name; where there is none, what stands below the title."""
        return self.place.words if self.place else self.subtitle


def plan(stops: Sequence[Stop]) -> dict[str, str]:
    """The stops one after another, in both languages."""
    return {language: _in(language, stops) for language in (ZH, EN)}


def way_to(place: Place) -> str:
    """A link that shows the place on a map."""
    position = f"{place.longitude:.6f},{place.latitude:.6f}"
    return f"{_MAP}?{urlencode({'position': position, 'coordinate': 'wgs84', 'name': place.name})}"


def _in(language: str, stops: Sequence[Stop]) -> str:
    with translation.override(language):
        return "\n\n".join("\n".join(filter(None, _lines(stop))) for stop in stops)


def _lines(stop: Stop) -> list[str]:
    place = stop.place
    return [
        f"{time_words(stop.starts_at)} {say(stop.title)}",
        say(stop.subtitle),
        _("Where: {place}").format(place=place.name) if place else "",
        _("The way there: {link}").format(link=way_to(place)) if place else "",
        _("Please bring: {things}").format(things=", ".join(map(say, stop.bring)))
        if stop.bring
        else "",
    ]
