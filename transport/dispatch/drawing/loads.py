"""The load over time: how many people ride, and how many vehicles drive."""

from __future__ import annotations

from django.utils.translation import gettext as _

from transport.dispatch.drawing.hours import Hours
from transport.dispatch.drawing.picture import COLOURS, INK, LINE, MUTED, Picture, Point
from transport.dispatch.drawing.riding import Ridden
from transport.dispatch.drawing.timeline import grid

HEIGHT = 220.0
_TITLE, _FOOT = 34.0, 24.0

Steps = list[tuple[float, int]]
"""(second, how many from then on), in order of time."""


def draw(picture: Picture, axis: Hours, routes: list[Ridden], top: float) -> None:
    """From ``top`` on, HEIGHT high."""
    people, driving = aboard(routes), moving(routes)
    picture.text(32, top + 14, _("Load over time"), font_size=16, font_weight=600)
    _legend(picture, top + 14)
    high, low = top + _TITLE, top + HEIGHT - _FOOT
    most = max([1, *(count for _at, count in people + driving)])
    grid(picture, axis, high, low)
    for count in sorted({0, _round(most) // 2, _round(most)}):
        y = low - (low - high) * count / _round(most)
        picture.line((axis.left, y), (axis.right, y), stroke=LINE)
        picture.text(axis.left - 10, y + 4, str(count), font_size=11, text_anchor="end", fill=MUTED)
    shape = _stairs(axis, people, (high, low), _round(most))
    if shape:
        edges = [(shape[0][0], low), *shape, (shape[-1][0], low)]
        picture.path(edges, closed=True, fill=COLOURS[0], opacity=0.3)
        picture.path(shape, fill="none", stroke=COLOURS[0], stroke_width=2)
        picture.path(
            _stairs(axis, driving, (high, low), _round(most)),
            fill="none", stroke=INK, stroke_width=1.5, stroke_dasharray="5 3",
        )  # fmt: skip


def aboard(routes: list[Ridden]) -> Steps:
    """How many people (units of the first dimension) ride at a time."""
    changes: dict[float, int] = {}
    for each in routes:
        at_s, before = each.route.depart_s, 0
        for number, load in enumerate(each.aboard):
            if number:
                at_s = each.route.stops[number - 1].begin_s
            changes[at_s] = changes.get(at_s, 0) + load - before
            before = load
    return _summed(changes)


def moving(routes: list[Ridden]) -> Steps:
    """How many vehicles drive at a time."""
    changes: dict[float, int] = {}
    for each in routes:
        leaves_s = each.route.depart_s
        for arrives_s, next_s in [
            *((stop.arrive_s, stop.depart_s) for stop in each.route.stops),
            (each.route.finish_s, each.route.finish_s),
        ]:
            if arrives_s > leaves_s:
                changes[leaves_s] = changes.get(leaves_s, 0) + 1
                changes[arrives_s] = changes.get(arrives_s, 0) - 1
            leaves_s = next_s
    return _summed(changes)


def _summed(changes: dict[float, int]) -> Steps:
    steps, count = [], 0
    for at_s in sorted(changes):
        count += changes[at_s]
        steps.append((at_s, count))
    return steps


def _stairs(axis: Hours, steps: Steps, ends: tuple[float, float], most: int) -> list[Point]:
    high, low = ends
    points: list[Point] = []
    y = low
    for at_s, count in steps:
        x = axis.x(at_s)
        points.append((x, y))
        y = low - (low - high) * count / most
        points.append((x, y))
    return points


def _round(most: int) -> int:
    """The next number of 2, 4, 6, 8, 10, 20 … that holds it."""
    size = 1
    while True:
        for step in (2, 4, 6, 8, 10):
            if most <= step * size:
                return step * size
        size *= 10


def _legend(picture: Picture, y: float) -> None:
    picture.rect(260, y - 11, 24, 12, fill=COLOURS[0], opacity=0.3)
    picture.line((260, y - 11), (284, y - 11), stroke=COLOURS[0], stroke_width=2)
    picture.text(292, y, _("people aboard"), font_size=11)
    picture.line((470, y - 5), (494, y - 5), stroke=INK, stroke_width=1.5, stroke_dasharray="5 3")
    picture.text(502, y, _("vehicles that drive"), font_size=11)
