"""The whole sheet: a heading, the map, the vehicles' day, and the load over time below it."""

from __future__ import annotations

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from transport.dispatch.drawing import loads, timeline, ways
from transport.dispatch.drawing.hours import hours
from transport.dispatch.drawing.picture import MUTED, Picture, short
from transport.dispatch.drawing.riding import Ridden, ridden
from transport.dispatch.solver import costs
from transport.dispatch.solver.model import Plan, Problem

WIDTH, MARGIN = 1280.0, 32.0
_LABELS = 150.0
_HEADING, _GAP = 84.0, 44.0
_MOST_NAMES = 12


def draw(problem: Problem, plan: Plan) -> str:
    """The plan as SVG, in the active language.

    Raises ValueError for a plan that is not of this problem: another snapshot, or a vehicle, request
    or place that it does not have.
    """
    routes = ridden(problem, plan)
    axis = hours(problem, plan, left=MARGIN + _LABELS, right=WIDTH - MARGIN)
    rows, height = routes[: timeline.MOST_ROWS], _HEADING
    map_y, height = height, height + ways.HEIGHT + _GAP
    rows_y, height = height, height + timeline.height(len(rows)) + _GAP
    loads_y, height = height, height + loads.HEIGHT + MARGIN
    title = _("Plan of %(problem)s") % {"problem": short(problem.id, 60)}
    picture = Picture(WIDTH, height, title)
    picture.text(MARGIN, 38, title, font_size=22, font_weight=600)
    for number, line in enumerate(_summary(problem, plan, routes)):
        picture.text(MARGIN, 60 + 18 * number, line, fill=MUTED)
    ways.draw(picture, problem, plan, routes, (MARGIN, map_y, WIDTH - 2 * MARGIN))
    timeline.draw(picture, axis, rows, rows_y, len(routes) - len(rows))
    loads.draw(picture, axis, routes, loads_y)
    return picture.svg()


def _summary(problem: Problem, plan: Plan, routes: list[Ridden]) -> list[str]:
    carried = len(problem.requests) - len(plan.unserved)
    metres = sum(costs.route_metres(problem, each.vehicle, each.route) for each in routes)
    lines = [
        " · ".join(
            [
                _("%(used)s of %(all)s vehicles drive")
                % {"used": len(routes), "all": len(problem.vehicles)},
                _("%(carried)s of %(all)s requests carried")
                % {"carried": carried, "all": len(problem.requests)},
                _("%(km)s km") % {"km": f"{metres / 1000:,.1f}"},
            ]
        )
    ]
    if plan.unserved:
        names = ", ".join(short(name, 24) for name in plan.unserved[:_MOST_NAMES])
        more = len(plan.unserved) - _MOST_NAMES
        rest = ngettext("and %(n)s more", "and %(n)s more", more) % {"n": more} if more > 0 else ""
        lines.append(_("Left out: %(names)s") % {"names": f"{names} {rest}".rstrip()})
    return lines
