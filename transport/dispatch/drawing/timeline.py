"""A row for each vehicle over time: where it drives, waits, rests, and how full it is."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from transport.dispatch.drawing.hours import Hours
from transport.dispatch.drawing.picture import (
    INK,
    LINE,
    MIST,
    MUTED,
    PAPER,
    Picture,
    colour,
    short,
    width_of,
)
from transport.dispatch.drawing.riding import Ridden
from transport.dispatch.solver.model import Kind, Stop

MOST_ROWS = 40
_ROW, _BAR, _TITLE, _FOOT = 34.0, 20.0, 30.0, 24.0
_EMPTY, _LEAST = 3.0, 10.0
"""Pixels of the bar while nobody is aboard; what it has at least with people, so that their number fits."""


def height(rows: int) -> float:
    """Of so many vehicles, in pixels."""
    return _TITLE + _ROW * max(rows, 1) + _FOOT


def draw(picture: Picture, axis: Hours, rows: list[Ridden], top: float, more: int) -> None:
    """Rows from ``top`` on; ``more`` vehicles are not shown."""
    picture.text(32, top + 14, _("Vehicles over time"), font_size=16, font_weight=600)
    _legend(picture, top + 14)
    bottom = top + _TITLE + _ROW * max(len(rows), 1)
    grid(picture, axis, top + _TITLE - 4, bottom)
    for number, each in enumerate(rows):
        _row(picture, axis, each, top + _TITLE + _ROW * number)
    if not rows:
        picture.text(axis.left, top + _TITLE + 20, _("No vehicle drives"), fill=MUTED)
    if more > 0:
        words = ngettext(
            "%(n)s more vehicle with fewer stops", "%(n)s more vehicles with fewer stops", more
        ) % {"n": more}
        picture.text(32, bottom + 16, words, font_size=11, fill=MUTED)


def grid(picture: Picture, axis: Hours, top: float, bottom: float) -> None:
    """Lines at round times, named below."""
    for at_s in axis.ticks():
        x = axis.x(at_s)
        picture.line((x, top), (x, bottom), stroke=LINE)
        picture.text(
            x, bottom + 15, axis.clock(at_s), font_size=11, text_anchor="middle", fill=MUTED
        )


def _row(picture: Picture, axis: Hours, each: Ridden, top: float) -> None:
    ink, _dashes = colour(each.number)
    base = top + _ROW - 8
    name = f"{short(each.vehicle.id, 16)}"
    picture.text(32, base - 5, name, fill=ink, font_weight=600, told=each.vehicle.id)
    picture.text(
        axis.left - 10, base - 5, f"/{each.capacity}", font_size=11, text_anchor="end", fill=MUTED
    )
    picture.line((axis.left, base), (axis.right, base), stroke=LINE)
    leaves_s, free_x = each.route.depart_s, axis.left - 1
    for number, stop in enumerate(each.route.stops):
        _driven(picture, axis, each, (leaves_s, stop.arrive_s), base, each.aboard[number])
        _standing(picture, axis, stop, base, each, each.aboard[number])
        free_x = _mark(picture, axis, stop, base, free_x)
        leaves_s = stop.depart_s
    _driven(picture, axis, each, (leaves_s, each.route.finish_s), base, each.aboard[-1])


def _driven(
    picture: Picture, axis: Hours, each: Ridden, span: tuple[float, float], base: float, load: int
) -> None:
    """A bar as high as the vehicle is full."""
    ink, _dashes = colour(each.number)
    left, right = axis.x(span[0]), axis.x(span[1])
    high = _high(each, load)
    told = f"{axis.clock(span[0])} – {axis.clock(span[1])}: {load}"
    picture.rect(left, base - high, right - left, high, fill=ink, opacity=0.85, told=told)
    if load and right - left > 12:
        picture.text(
            (left + right) / 2, base - 1.5, str(load), font_size=9.5, text_anchor="middle", fill=PAPER,
        )  # fmt: skip


def _high(each: Ridden, load: int) -> float:
    return _LEAST + (_BAR - _LEAST) * min(load / each.capacity, 1.0) if load else _EMPTY


def _standing(
    picture: Picture, axis: Hours, stop: Stop, base: float, each: Ridden, load: int
) -> None:
    """Waiting for somebody is hollow; a break is grey."""
    ink, _dashes = colour(each.number)
    high = max(_high(each, load), 7.0)
    if stop.kind is Kind.BREAK:
        left, right = axis.x(stop.begin_s), axis.x(stop.depart_s)
        picture.rect(left, base - _BAR, right - left, _BAR, fill=MIST, stroke=MUTED, told=stop.ref)
        if right - left > width_of(_("break")):
            picture.text((left + right) / 2, base - 6, _("break"), font_size=11,
                         text_anchor="middle", fill=MUTED)  # fmt: skip
        return
    left, right = axis.x(stop.arrive_s), axis.x(stop.depart_s)
    if right - left > 1:
        picture.rect(left, base - high, right - left, high, fill="none", stroke=ink,
                     stroke_dasharray="2 2", told=stop.ref)  # fmt: skip


def _mark(picture: Picture, axis: Hours, stop: Stop, base: float, free_x: float) -> float:
    """A triangle up where somebody gets on and down where off; its name where there is room."""
    if stop.kind is Kind.BREAK:
        return free_x
    x, y = axis.x(stop.begin_s), base + 1
    tip = -5 if stop.kind is Kind.PICKUP else 5
    picture.path(
        [(x - 3.5, y + 3 - tip / 2), (x + 3.5, y + 3 - tip / 2), (x, y + 3 + tip / 2)],
        closed=True, fill=INK, told=f"{stop.ref} {axis.clock(stop.begin_s)}",
    )  # fmt: skip
    words = short(stop.ref, 10)
    width = width_of(words) * 10 / 11
    if x - width / 2 <= free_x or x + width / 2 > axis.right + 24:
        return free_x
    picture.text(
        x, base - _BAR - 1, words, font_size=10, text_anchor="middle",
        stroke=PAPER, stroke_width=3, paint_order="stroke",
    )  # fmt: skip
    return x + width / 2 + 3


def _legend(picture: Picture, y: float) -> None:
    x = 260.0
    picture.rect(x, y - 11, 24, 12, fill=INK, opacity=0.85)
    picture.text(x + 32, y, _("drives with so many people"), font_size=11)
    picture.rect(x + 210, y - 3, 24, 3, fill=INK, opacity=0.85)
    picture.text(x + 242, y, _("drives empty"), font_size=11)
    picture.rect(x + 340, y - 10, 24, 10, fill="none", stroke=INK, stroke_dasharray="2 2")
    picture.text(x + 372, y, _("stands at a stop"), font_size=11)
    picture.text(x + 490, y, "▲", font_size=10)
    picture.text(x + 504, y, _("gets on"), font_size=11)
    picture.text(x + 570, y, "▼", font_size=10)
    picture.text(x + 584, y, _("gets off"), font_size=11)
