"""The region's map as inline SVG: our own paths, our own pins, no outside host.

Names and numbers are escaped; looks are classes of static/css/components/map.css.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import hypot

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from kernel.naming import say
from kernel.places.models import Place, Region
from portal.home.geo import Point, Projection
from portal.home.models import RegionMap

_CLASS = {"area": "area", "water": "water", "river": "path", "line": "line"}
PIN_RADIUS = 9
APART = 21


@dataclass(frozen=True, slots=True)
class Pin:
    """A place to mark, where a click leads, and whether it is the one the page is about."""

    place: Place
    href: str = ""
    note: str = ""
    is_here: bool = False

    @property
    def name(self) -> str:
        return self.place.name


@dataclass(frozen=True, slots=True)
class Map:
    """A drawing, the pins that found room on it (numbered in their order), and its sources."""

    svg: SafeString
    pins: tuple[Pin, ...]
    attribution: str


def map_with(region: Region, pins: Sequence[Pin]) -> Map | None:
    """The map of a region with pins; None where the region has none. One statement.

    A pin that would lie on an earlier one is left out: give the important ones first.
    """
    drawn = RegionMap.objects.filter(region=region).first()
    if drawn is None:
        return None
    project = Projection(drawn.west, drawn.north, drawn.x_scale, drawn.y_scale)
    placed = _place(pins, project, drawn)
    svg = format_html(
        '<svg viewBox="0 0 {} {}" aria-hidden="true" focusable="false">{}{}{}</svg>',
        drawn.width,
        drawn.height,
        format_html_join(
            "",
            '<path class="q-map__{}" d="{}"/>',
            ((_CLASS[layer["kind"]], layer["d"]) for layer in drawn.layers),
        ),
        _names(drawn),
        _pins(placed),
    )
    return Map(svg, tuple(pin for pin, _at in placed), drawn.attribution)


def _place(pins: Sequence[Pin], project: Projection, drawn: RegionMap) -> list[tuple[Pin, Point]]:
    """The pins with room of their own inside the frame, with their positions."""
    placed: list[tuple[Pin, Point]] = []
    for pin in pins:
        x, y = project(pin.place.longitude, pin.place.latitude)
        is_inside = 0 <= x <= drawn.width and 0 <= y <= drawn.height
        if is_inside and all(hypot(x - ox, y - oy) >= APART for _pin, (ox, oy) in placed):
            placed.append((pin, (x, y)))
    return placed


def _names(drawn: RegionMap) -> SafeString:
    named = [layer for layer in drawn.layers if layer["x"] is not None]
    return format_html_join(
        "",
        '<text class="q-map__county" x="{}" y="{}">{}</text>',
        (
            (layer["x"], layer["y"], say({"zh-hans": layer["name_zh"], "en": layer["name_en"]}))
            for layer in named
        ),
    )


def _pins(placed: Sequence[tuple[Pin, Point]]) -> SafeString:
    return format_html_join(
        "", "{}", ((_pin(number, pin, at),) for number, (pin, at) in enumerate(placed, start=1))
    )


def _pin(number: int, pin: Pin, at: Point) -> SafeString:
    x, y = at
    mark = format_html(
        '<circle class="q-map__place{}" cx="{}" cy="{}" r="{}"/>'
        '<text class="q-map__number" x="{}" y="{}">{}</text>',
        " q-map__place--here" if pin.is_here else "",
        x,
        y,
        PIN_RADIUS,
        x,
        y,
        "" if pin.is_here else number,
    )
    if not pin.href:
        return mark
    # The list beside the drawing holds the same links for keyboards and readers.
    return format_html(
        '<a href="{}" tabindex="-1"><title>{}</title>{}</a>', pin.href, pin.name, mark
    )
