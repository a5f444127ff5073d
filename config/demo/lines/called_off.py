"""The operator calls a departure off; whoever has paid for it takes another one, or everything back."""

from __future__ import annotations

from functools import partial

from config.demo.browser import Browser
from config.demo.lines import ride_page
from config.demo.lines.riders import Riders
from config.demo.steps import expect, row_of, until
from config.demo.visitors import Stuck
from transport.lines.models import AffectedRide, Run, RunState

_WANTED = (("MOVE", "REFUND"), ("REFUND",))
"""Every other party rather rides; where there is no room, they have their money as well."""


def call_off(desk: Browser, url: str, run: Run, riders: list[Riders]) -> str:
    """By the list of departures in the back office. :raises Stuck: it cannot be, or money stays away."""
    address = f"{url}/zh-hans/ops/transport_lines/run/?line__id__exact={run.line_id}"
    page = desk.get(f"{address}&service_date={run.service_date}", "office: runs")
    form = page.form("_selected_action")
    if form is None:
        raise Stuck("the departure is not in the back office")
    page = desk.send(page, form, "office: runs", action="cancel", _selected_action=f"{run.pk}")
    form = page.form("reason_zh")
    if form is None:
        raise Stuck("nobody asks why the departure is called off")
    desk.send(
        page, form, "office: runs", reason_zh="大风，山路封闭。", reason_en="Storm on the road."
    )
    state = Run.objects.values_list("state", flat=True).get(pk=run.pk)
    expect(state, RunState.CANCELLED, "the departure that was called off")
    asked = AffectedRide.objects.filter(disruption__run=run)
    until(lambda: asked.count() == len(riders), "not everybody was asked")
    back = [one for n, one in enumerate(riders) if _wants_money(one, n)]
    for one in back:
        until(partial(_is_cancelled, one), "the money did not go back")
        one.end = "called off"
    returned = sum(one.size for one in back)
    moved = sum(one.size for one in riders) - returned
    return f"{moved} riders take another one, {returned} have their money back"


def _is_cancelled(one: Riders) -> bool:
    return row_of(one.order).state == "CANCELLED"


def _wants_money(one: Riders, number: int) -> bool:
    return ride_page.choose(one, *_WANTED[number % len(_WANTED)]) == "REFUND"
