"""Stops, stations and what is inside them."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from transport.feeds.gtfs.findings import Findings
from transport.feeds.gtfs.rows.service import Stop
from transport.feeds.gtfs.rows.stations import Pathway

STOP, STATION, ENTRANCE, NODE, BOARDING_AREA = range(5)
_EXIT_GATE = 7
# A parent's kind by the child's: a boarding area lies on a platform, all else in a station.
_PARENT = {STOP: STATION, ENTRANCE: STATION, NODE: STATION, BOARDING_AREA: STOP}
_NEEDS_PARENT = (ENTRANCE, NODE, BOARDING_AREA)
_NEEDS_PLACE = (STOP, STATION, ENTRANCE)


def check(findings: Findings) -> None:
    stops = {stop.stop_id: stop for stop in findings.feed.stops}
    for index, stop in enumerate(findings.feed.stops):
        _check_place(findings, index, stop)
        _check_parent(findings, index, stop, stops)
        _check_access(findings, index, stop)
    for index, pathway in enumerate(findings.feed.pathways):
        _check_pathway(findings, index, pathway, stops)


def kind(stop: Stop) -> int:
    """Its location type; none is a stop."""
    return stop.location_type or STOP


def is_nowhere(latitude: float | None, longitude: float | None) -> bool:
    """At the meeting of equator and prime meridian, or at a pole: where no vehicle stops."""
    if latitude is None or longitude is None:
        return False
    return abs(latitude) > 89 or (abs(latitude) < 1 and abs(longitude) < 1)


def _check_place(findings: Findings, index: int, stop: Stop) -> None:
    if is_nowhere(stop.stop_lat, stop.stop_lon):
        findings.refuse("stops", index, "stop_lat", _("lies at 0, 0 or at a pole"))
    if kind(stop) not in _NEEDS_PLACE:
        return
    for column in ("stop_name", "stop_lat", "stop_lon"):
        if getattr(stop, column) is None:
            findings.refuse("stops", index, column, _("is empty"))


def _check_parent(findings: Findings, index: int, stop: Stop, stops: dict[str, Stop]) -> None:
    if stop.parent_station is None:
        if kind(stop) in _NEEDS_PARENT:
            message = _("an entrance, a node and a boarding area need a parent")
            findings.refuse("stops", index, "parent_station", message)
        return
    parent = stops.get(stop.parent_station)
    if kind(stop) == STATION:
        findings.refuse("stops", index, "parent_station", _("a station has no parent"))
    elif parent is not None and kind(parent) != _PARENT[kind(stop)]:
        message = _("“%(value)s” is no parent for it: location type %(found)s, wanted %(wanted)s")
        facts = {"found": kind(parent), "wanted": _PARENT[kind(stop)]}
        findings.refuse("stops", index, "parent_station", message, value=parent.stop_id, **facts)


def _check_access(findings: Findings, index: int, stop: Stop) -> None:
    is_platform = kind(stop) == STOP and stop.parent_station is not None
    if stop.stop_access is not None and not is_platform:
        message = _("must be empty except for platforms of a station")
        findings.refuse("stops", index, "stop_access", message)


def _check_pathway(
    findings: Findings, index: int, pathway: Pathway, stops: dict[str, Stop]
) -> None:
    for column in ("from_stop_id", "to_stop_id"):
        stop = stops.get(getattr(pathway, column))
        if stop is not None and kind(stop) == STATION:
            message = _("a pathway joins entrances, nodes and platforms, not stations")
            findings.refuse("pathways", index, column, message)
    if pathway.pathway_mode == _EXIT_GATE and pathway.is_bidirectional:
        message = _("an exit gate leads one way only")
        findings.refuse("pathways", index, "is_bidirectional", message)
