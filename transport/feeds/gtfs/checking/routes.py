"""Agencies and routes: who runs what under which name."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from transport.feeds.gtfs.findings import Findings

_OF_AN_AGENCY = ("routes", "fare_attributes")


def check(findings: Findings) -> None:
    _check_agencies(findings)
    for index, route in enumerate(findings.feed.routes):
        if route.route_short_name is None and route.route_long_name is None:
            message = _("a route needs a short or a long name")
            findings.refuse("routes", index, "route_short_name", message)
    _check_networks(findings)


def _check_agencies(findings: Findings) -> None:
    agencies = findings.feed.agency
    if not agencies and "agency" not in findings.missing:
        findings.refuse_file("agency.txt", _("must have a row"))
    if len(agencies) < 2:
        return
    for index, agency in enumerate(agencies):
        if agency.agency_id is None:
            message = _("must be filled in where there are several agencies")
            findings.refuse("agency", index, "agency_id", message)
        if agency.agency_timezone != agencies[0].agency_timezone:
            message = _("is another time zone than the first agency's; each keeps its own")
            findings.note("agency", index, "agency_timezone", message)
    _require_agency(findings)


def _require_agency(findings: Findings) -> None:
    for table in _OF_AN_AGENCY:
        for index, row in enumerate(findings.feed.rows(table)):
            if row.agency_id is None:
                message = _("must be filled in where there are several agencies")
                findings.refuse(table, index, "agency_id", message)


def _check_networks(findings: Findings) -> None:
    feed = findings.feed
    if not (feed.networks or feed.route_networks):
        return
    for index, route in enumerate(feed.routes):
        if route.network_id is not None:
            message = _("must be empty where there is a networks.txt or route_networks.txt")
            findings.refuse("routes", index, "network_id", message)
