"""The map: every vehicle's way, where people get on and off, and who is left out."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from django.utils.translation import gettext as _

from transport.dispatch.drawing.ground import Ground, ground
from transport.dispatch.drawing.picture import (
    CINNABAR,
    INK,
    LINE,
    MIST,
    MUTED,
    PAPER,
    Picture,
    Point,
    colour,
    short,
)
from transport.dispatch.drawing.riding import Ridden
from transport.dispatch.solver.model import Kind, Plan, Problem, Request, Stop

HEIGHT = 560.0
_EDGE, _MOST_LABELS, _LONGEST_ARROW = 36.0, 60, 6.0
_SCALES_M = (10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000)


@dataclass(frozen=True, slots=True)
class _Map:
    """Metres to pixels, north up."""

    ground: Ground
    middle_m: Point
    middle: Point
    pixels_a_m: float

    def at(self, place: int) -> Point | None:
        metres = self.ground.metres.get(place)
        if metres is None:
            return None
        return (
            self.middle[0] + (metres[0] - self.middle_m[0]) * self.pixels_a_m,
            self.middle[1] - (metres[1] - self.middle_m[1]) * self.pixels_a_m,
        )


def draw(
    picture: Picture, problem: Problem, plan: Plan, routes: list[Ridden], box: tuple[float, ...]
) -> None:
    """Into ``box``: left, top, width."""
    left, top, width = box
    picture.rect(left, top, width, HEIGHT, fill=MIST, rx=8)
    requests = {request.id: request for request in problem.requests}
    places = {place for each in routes for place in _places(each)}
    left_out = [requests[name] for name in plan.unserved]
    places |= {place for each in left_out for place in (each.pickup_place, each.dropoff_place)}
    chart = _fit(ground(problem, places), (left, top, width))
    for each in reversed(routes):
        _way(picture, chart, each)
    for request in left_out:
        _left_out(picture, chart, request)
    stops = sum(len(each.route.stops) for each in routes)
    for each in routes:
        _stops(picture, chart, each, requests, is_named=stops <= _MOST_LABELS)
    _scale(picture, chart, (left + 16, top + HEIGHT - 18))
    _legend(picture, (left, top + HEIGHT + 18), chart.ground.is_guessed)


def _places(each: Ridden) -> Iterator[int]:
    yield each.vehicle.start_place
    yield from (stop.place for stop in each.route.stops)
    if each.vehicle.end_place is not None:
        yield each.vehicle.end_place


def _fit(found: Ground, box: tuple[float, ...]) -> _Map:
    left, top, width = box
    xs = [x for x, _y in found.metres.values()] or [0.0]
    ys = [y for _x, y in found.metres.values()] or [0.0]
    wide, high = max(max(xs) - min(xs), 1.0), max(max(ys) - min(ys), 1.0)
    scale = min((width - 2 * _EDGE) / wide, (HEIGHT - 2 * _EDGE) / high)
    middle_m = ((max(xs) + min(xs)) / 2, (max(ys) + min(ys)) / 2)
    return _Map(found, middle_m, (left + width / 2, top + HEIGHT / 2), scale)


def _way(picture: Picture, chart: _Map, each: Ridden) -> None:
    points = [point for place in _places(each) if (point := chart.at(place)) is not None]
    if len(points) < 2:
        return
    ink, dashes = colour(each.number)
    picture.path(
        points, fill="none", stroke=ink, stroke_width=2, stroke_dasharray=dashes,
        stroke_linejoin="round", opacity=0.75, told=each.vehicle.id,
    )  # fmt: skip
    for start, end in pairwise(points):
        _arrow(picture, start, end, ink)


def _arrow(picture: Picture, start: Point, end: Point, ink: str) -> None:
    """In the middle of a leg that is long enough to have one."""
    dx, dy = end[0] - start[0], end[1] - start[1]
    length = math.hypot(dx, dy)
    if length < 4 * _LONGEST_ARROW:
        return
    ux, uy = dx / length * _LONGEST_ARROW, dy / length * _LONGEST_ARROW
    x, y = start[0] + dx / 2, start[1] + dy / 2
    tip, back = (x + ux, y + uy), (x - ux, y - uy)
    picture.path(
        [tip, (back[0] - uy / 1.6, back[1] + ux / 1.6), (back[0] + uy / 1.6, back[1] - ux / 1.6)],
        closed=True, fill=ink,
    )  # fmt: skip


def _stops(
    picture: Picture, chart: _Map, each: Ridden, requests: dict[str, Request], *, is_named: bool
) -> None:
    ink, _dashes = colour(each.number)
    start = chart.at(each.vehicle.start_place)
    if start is not None:
        x, y = start
        picture.path(
            [(x, y - 8), (x + 8, y), (x, y + 8), (x - 8, y)],
            closed=True, fill=PAPER, stroke=ink, stroke_width=2, told=each.vehicle.id,
        )  # fmt: skip
    for stop in each.route.stops:
        point = chart.at(stop.place)
        if point is None or stop.kind is Kind.BREAK:
            continue
        _stop(picture, point, ink, stop, requests[stop.ref])
        if is_named:
            _label(picture, point, short(stop.ref, 12), above=stop.kind is Kind.PICKUP)


def _stop(picture: Picture, point: Point, ink: str, stop: Stop, request: Request) -> None:
    told = f"{request.id}: {request.party[0]}"
    if stop.kind is Kind.PICKUP:
        picture.circle(point, 5, fill=ink, stroke=PAPER, stroke_width=1.5, told=told)
    else:
        x, y = point
        picture.rect(x - 4.5, y - 4.5, 9, 9, fill=PAPER, stroke=ink, stroke_width=2, told=told)


def _label(picture: Picture, point: Point, words: str, *, above: bool) -> None:
    picture.text(
        point[0], point[1] + (-9 if above else 18), words, font_size=11, text_anchor="middle",
        stroke=MIST, stroke_width=3, paint_order="stroke",
    )  # fmt: skip


def _left_out(picture: Picture, chart: _Map, request: Request) -> None:
    origin, destination = chart.at(request.pickup_place), chart.at(request.dropoff_place)
    if origin is None or destination is None:
        return
    look = {"stroke": CINNABAR, "stroke_width": 1.2, "stroke_dasharray": "1 4"}
    picture.line(origin, destination, **look)
    x, y = origin
    for slope in (1, -1):
        picture.line(
            (x - 5, y - 5 * slope), (x + 5, y + 5 * slope),
            stroke=CINNABAR, stroke_width=2, told=request.id,
        )  # fmt: skip


def _scale(picture: Picture, chart: _Map, at: Point) -> None:
    metres = max((m for m in _SCALES_M if m * chart.pixels_a_m <= 160), default=_SCALES_M[0])
    length = metres * chart.pixels_a_m
    picture.line(at, (at[0] + length, at[1]), stroke=INK, stroke_width=2)
    words = f"{metres // 1000} km" if metres >= 1000 else f"{metres} m"
    picture.text(at[0], at[1] - 6, words, font_size=11)


def _legend(picture: Picture, at: Point, is_guessed: bool) -> None:
    x, y = at
    picture.path([(x, y - 5), (x + 6, y - 11), (x + 12, y - 5), (x + 6, y + 1)], closed=True,
                 fill=PAPER, stroke=INK, stroke_width=1.5)  # fmt: skip
    picture.text(x + 18, y, _("start of a vehicle"), font_size=11)
    picture.circle((x + 156, y - 4), 4.5, fill=INK)
    picture.text(x + 166, y, _("gets on"), font_size=11)
    picture.rect(x + 236, y - 8, 8, 8, fill=PAPER, stroke=INK, stroke_width=1.5)
    picture.text(x + 250, y, _("gets off"), font_size=11)
    picture.text(x + 320, y, "×", font_size=15, fill=CINNABAR)
    picture.text(x + 334, y, _("left out"), font_size=11)
    if is_guessed:
        words = _("Only distances are known: places are laid out by them, directions are made up")
        picture.text(x + 420, y, words, font_size=11, fill=MUTED)
    picture.line((x, y + 10), (x + 1216, y + 10), stroke=LINE)
